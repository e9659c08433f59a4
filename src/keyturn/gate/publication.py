"""The verdicts of one head commit: chosen, compared with what stands there, read once more, and published."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from keyturn.core.chain import Anchor
from keyturn.core.verdict import VerdictState
from keyturn.gate.judged import JudgeAgain, Judged, NotTaken
from keyturn.ports import Fingerprint, PublishedVerdict, Reader, Unavailable, VerdictToPublish, Writer
from keyturn.render.check_page import check_page
from keyturn.render.status import status_description, strictest_description
from keyturn.settings import Publish, Settings

UNEARNED = "No open pull request of this commit is judged under this name now"


class Publication(Struct, frozen=True, kw_only=True):
    """Publishes what was decided about the open pull requests of one head commit."""

    reader: Reader
    writer: Writer
    settings: Settings

    def publish(self, group: Sequence[Judged]) -> None:
        """Make the verdicts on the head commit those of the group, which holds every open pull request of that commit.

        Pull requests into the same branch carry the strictest of their verdicts. What must not have changed since is
        read again before a success, and the ledger after anything was published. Raises `JudgeAgain` where something
        did change, or where a success could not be published, and `Unavailable` where a verdict that blocks could not.
        """
        wanted = [verdict for verdict in self.verdicts(group) if not stands(verdict, self.settings.publish)]
        if not wanted:
            return
        if any(verdict.state is VerdictState.SUCCESS for verdict in wanted):
            self.confirm(group)
        head = group[0].judgement.facts.head
        for verdict in sorted(wanted, key=lambda verdict: -verdict.state.strictness):
            self.send(head, verdict)
        self._confirm_ledger(group)

    def send(self, commit: str, verdict: VerdictToPublish) -> None:
        """Publish one verdict. Raises `NotTaken` where that fails for a success, else `Unavailable`."""
        try:
            self.writer.publish(commit, verdict)
        except Unavailable as refused:
            if verdict.state is VerdictState.SUCCESS:
                raise NotTaken(refused) from refused
            raise

    def verdicts(self, group: Sequence[Judged]) -> tuple[VerdictToPublish, ...]:
        """One verdict for each name.

        The strictest of those who share it, and `pending` in place of any success that nobody earns now.
        """
        check_name = self.settings.check_name
        there = {verdict.name: verdict for judged in group for verdict in judged.snapshot.standing.verdicts}
        by_name: dict[str, list[Judged]] = {}
        for judged in group:
            by_name.setdefault(judged.name(check_name), []).append(judged)
        earned = [self._verdict(name, members, there.get(name)) for name, members in sorted(by_name.items())]
        return (*earned, *self._unearned(group, there.values(), by_name.keys()))

    def _verdict(self, name: str, members: Iterable[Judged], there: PublishedVerdict | None) -> VerdictToPublish:
        members = sorted(members, key=lambda judged: judged.number)
        strictest = max(members, key=lambda judged: judged.state.strictness)
        description = status_description(strictest.judgement)
        if len(members) > 1:
            description = strictest_description(strictest.number, description)
        page = check_page(strictest.judgement)
        return VerdictToPublish(
            name=name,
            state=strictest.state,
            description=description,
            target=self.page_of(strictest.number),
            anchor=strictest.anchor,
            replaces=there,
            title=page.title,
            summary=page.summary,
            text=page.text,
            annotations=page.annotations,
        )

    def _unearned(
        self, group: Sequence[Judged], there: Iterable[PublishedVerdict], names: Iterable[str]
    ) -> Iterable[VerdictToPublish]:
        earned = set(names)
        for verdict in there:
            if verdict.name not in earned and verdict.state is VerdictState.SUCCESS:
                yield VerdictToPublish(
                    name=verdict.name,
                    state=VerdictState.PENDING,
                    description=UNEARNED,
                    target=self.page_of(group[0].number),
                    anchor=None,
                    replaces=verdict,
                    title="Not judged under this name",
                    summary=f"{UNEARNED}.",
                )

    def there(self, commit: str, name: str) -> PublishedVerdict | None:
        """The verdict that stands under this name on a commit; `None` also where that cannot be read."""
        try:
            return next((verdict for verdict in self.reader.verdicts(commit) if verdict.name == name), None)
        except Unavailable:
            return None

    def page_of(self, number: int) -> str:
        """The address of a pull request's page."""
        return f"{self.settings.server_url}/{self.settings.repository}/pull/{number}"

    def confirm(self, group: Sequence[Judged]) -> None:
        """Read head, base, reviews and ledger again; what was judged must be what is there now.

        Raises `JudgeAgain` where it is not.
        """
        now = self.reader.fingerprints([judged.number for judged in group])
        for judged in group:
            if now.get(judged.number) != _expected(judged):
                msg = f"#{judged.number} changed while it was being judged"
                raise JudgeAgain(msg)

    def _confirm_ledger(self, group: Sequence[Judged]) -> None:
        """Nobody may have written a newer entry than the one just published from."""
        if self.is_behind(group):
            msg = "another run wrote to the ledger meanwhile"
            raise JudgeAgain(msg)

    def is_behind(self, group: Sequence[Judged]) -> bool:
        """Whether the ledger holds a newer entry by now of any of them."""
        now = self.reader.fingerprints([judged.number for judged in group])
        return any(
            (found := now.get(judged.number)) is not None and (found.newest_entry or "") > (judged.newest_entry or "")
            for judged in group
        )


def _expected(judged: Judged) -> Fingerprint:
    return replace(judged.snapshot.fingerprint, newest_entry=judged.newest_entry)


def stands(verdict: VerdictToPublish, carrier: Publish) -> bool:
    """Whether this very verdict is there already, so that nothing needs to be written.

    The words of a check run are not read; they follow from the entry that it names.
    """
    there = verdict.replaces
    if there is None or not there.own:
        return False
    is_check = there.id is not None
    said = VerdictState.FAILURE if is_check and verdict.state is VerdictState.ERROR else verdict.state
    if there.state is not said:
        return False
    if is_check is not (carrier is Publish.CHECK) or _rests_on(there.anchor) != _rests_on(verdict.anchor):
        return False
    return is_check or there.description == verdict.description


def _rests_on(anchor: Anchor | None) -> tuple[str, int] | None:
    return (anchor.path, anchor.generation) if anchor is not None else None
