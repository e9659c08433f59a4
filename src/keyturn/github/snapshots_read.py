"""Reads pull requests whole: a query for each five, one more for what these show to be needed, and again what moved."""

from collections.abc import Sequence

from msgspec import Struct

from keyturn.core.chain import Anchor
from keyturn.core.decision import ReasonCode
from keyturn.github.blobs import Blobs
from keyturn.github.client import Client
from keyturn.github.debts_read import debts_read
from keyturn.github.draft import Draft, Surroundings, binding_anchor, draft, seen_anchors
from keyturn.github.fields import Fields
from keyturn.github.first_read import AT_ONCE, FirstRead, first_read
from keyturn.github.ledger_read import LedgerReader
from keyturn.github.manifests_read import ManifestReader
from keyturn.github.parse_checks import CheckReader
from keyturn.github.patience import READ_AGAIN_AFTER
from keyturn.github.pull_request_read import PullRequestReader
from keyturn.github.questions import Answers, ChecksOn, NameAt, ask
from keyturn.github.refusals import asked_too_much
from keyturn.github.rules_read import RulesReader
from keyturn.github.snapshot import snapshot
from keyturn.ports import PublishedVerdict, Snapshot, Unavailable
from keyturn.settings import Publish, Settings


class SnapshotReader(Struct, frozen=True):
    """Reads pull requests whole."""

    client: Client
    settings: Settings

    def read(self, numbers: Sequence[int]) -> dict[int, Snapshot | Unavailable]:
        """Each pull request, or why it cannot be read; what does not add up is read again within ten seconds."""
        found: dict[int, Snapshot | Unavailable] = {}
        left = list(dict.fromkeys(numbers))
        for pause in (0.0, *READ_AGAIN_AFTER):
            if not left or (pause and not self.client.patience.wait(pause)):
                break
            found |= self._read_once(left)
            left = [number for number in left if _may_settle(found[number])]
        return found

    def _read_once(self, numbers: Sequence[int]) -> dict[int, Snapshot | Unavailable]:
        found: dict[int, Snapshot | Unavailable] = {}
        drafts: list[Draft] = []
        for start in range(0, len(numbers), AT_ONCE):
            for number, read in self._drafts(numbers[start : start + AT_ONCE]).items():
                if isinstance(read, Draft):
                    drafts.append(read)
                else:
                    found[number] = read
        return found | self._finished(drafts)

    def _drafts(self, numbers: Sequence[int]) -> dict[int, Draft | Unavailable]:
        """Ask the first query; one that GitHub cannot answer for several is asked again for fewer."""
        try:
            first = first_read(self.client, self.settings, numbers)
            around = self._surroundings(first)
        except Unavailable as failed:
            if len(numbers) == 1 or not asked_too_much(failed) or not self.client.patience.left:
                return dict.fromkeys(numbers, failed)
            half = len(numbers) // 2
            return self._drafts(numbers[:half]) | self._drafts(numbers[half:])
        return {number: self._draft(first, around, number) for number in numbers}

    def _surroundings(self, first: FirstRead) -> Surroundings:
        repository, ledger = first.repository, first.ledger
        blobs = Blobs(self.client)
        branch = repository.at("defaultBranchRef")
        return Surroundings(
            settings=self.settings,
            viewer=first.viewer,
            repository=repository.text("nameWithOwner"),
            default_branch=branch.text("name"),
            rules=RulesReader(blobs, self.settings.rules_path).version(branch.at("target").maybe("rules")),
            ledger_tip=ledger.text("oid") if ledger is not None else None,
            debts=debts_read(first, blobs),
        )

    def _draft(self, first: FirstRead, around: Surroundings, number: int) -> Draft | Unavailable:
        fields = first.pulls[number]
        if isinstance(fields, Unavailable):
            return fields
        try:
            pull = self._pull_request_reader().read(fields)
            place = LedgerReader(self.client, Blobs(self.client), first.viewer).place(first.ledger, number)
            return draft(around, pull, place, self._checks(around), self._manifest_reader())
        except Unavailable as unavailable:
            return unavailable

    def _finished(self, drafts: Sequence[Draft]) -> dict[int, Snapshot | Unavailable]:
        """Ask the second query for all of them together, or where that fails for each alone."""
        try:
            answers = self._ask(drafts)
        except Unavailable as failed:
            if len(drafts) <= 1:
                return {one.number: failed for one in drafts}
            return {number: done for one in drafts for number, done in self._finished([one]).items()}
        return {one.number: self._snapshot(one, answers) for one in drafts}

    def _ask(self, drafts: Sequence[Draft]) -> Answers:
        questions = [question for one in drafts for question in one.questions()]
        return ask(self.client, questions, titles=self._titles)

    def _snapshot(self, one: Draft, answers: Answers) -> Snapshot | Unavailable:
        checks = self._checks(one.around)
        try:
            earlier = self._earlier_verdicts(one, answers, checks)
            anchors = seen_anchors(one, earlier, self._entry_oids(one, earlier, answers))
            return snapshot(one, answers, anchors, checks, self._manifest_reader())
        except Unavailable as unavailable:
            return unavailable

    def _earlier_verdicts(self, one: Draft, answers: Answers, checks: CheckReader) -> list[PublishedVerdict]:
        found: list[PublishedVerdict] = []
        base = one.pull.fields.text("baseRefName")
        for head in one.earlier_heads():
            contexts = self._pull_request_reader().contexts_from(head, answers[ChecksOn(head)])
            found += checks.verdicts(contexts, base, one.around.default_branch)
        return found

    def _entry_oids(
        self, one: Draft, earlier: Sequence[PublishedVerdict], answers: Answers
    ) -> dict[Anchor, str | None]:
        """The blob that the binding anchor names; mostly the ledger's own history tells it."""
        anchor = binding_anchor(one, earlier)
        if anchor is None:
            return {}
        if one.place.is_known(anchor):
            return {anchor: one.place.entry_oid(anchor)}
        question = NameAt(anchor.commit, anchor.path)
        if question not in answers:
            answers = ask(self.client, [question], titles=self._titles)
        return {anchor: _oid(answers[question])}

    def _checks(self, around: Surroundings) -> CheckReader:
        return CheckReader.of(around.viewer, self.settings)

    def _pull_request_reader(self) -> PullRequestReader:
        return PullRequestReader(self.client, self._titles)

    def _manifest_reader(self) -> ManifestReader:
        return ManifestReader(self.client, Blobs(self.client), self.settings.manifest_path)

    @property
    def _titles(self) -> bool:
        """Only check runs have a title, which then stands for a status's description."""
        return self.settings.publish is Publish.CHECK


def _oid(entry: Fields | None) -> str | None:
    return entry.text("oid") if entry is not None else None


def _may_settle(found: Snapshot | Unavailable) -> bool:
    """Whether reading again may help: what was said did not add up."""
    return isinstance(found, Unavailable) and found.code is ReasonCode.FACTS_INCOMPLETE
