"""The sweep's light pass: fifty pull requests a query, each query bringing the ledger entries for the one before."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from keyturn.core.debts import debts_of
from keyturn.core.digest import bytes_digest
from keyturn.core.record import LedgerEntry
from keyturn.github.accounts import Viewer
from keyturn.github.blobs import Blobs
from keyturn.github.client import Client
from keyturn.github.fields import Fields, Json
from keyturn.github.fingerprints_read import names_in
from keyturn.github.glance import Glance, closed_glance, open_glance
from keyturn.github.light_query import PAGE, LightQuery
from keyturn.github.parse_checks import CheckReader
from keyturn.github.refusals import QueryError, asked_too_much
from keyturn.github.rules_read import RulesReader
from keyturn.ports import Light, Unavailable
from keyturn.settings import Publish, Settings

_HORIZON: Final = timedelta(days=30)
"""Closed pull requests that nothing happened to for longer are not looked at, unless a review is owed for them."""
_CLOSED_PAGES: Final = 3
"""So many pages of closed pull requests are read at least, and further ones while any were not done with."""
_SHORTEST: Final = 10
"""Pages are not made shorter than this."""


class _Pages(Struct):
    """Where the reading of a list stands; while it pauses, no page is asked for."""

    more: bool = True
    pause: bool = False
    cursor: str | None = None
    read: int = 0

    @property
    def wanted(self) -> bool:
        """Whether the next page is to be asked for now."""
        return self.more and not self.pause

    def turn(self, connection: Fields) -> None:
        """Go on behind this page."""
        page = connection.at("pageInfo")
        self.more, self.cursor, self.read = page.flag("hasNextPage"), page.text_or_none("endCursor"), self.read + 1


class LightReader(Struct, frozen=True):
    """Glances at all open pull requests, and at the closed ones that are not done with."""

    client: Client
    settings: Settings

    def sweep(self) -> Iterator[Light]:
        """The open ones first, in the order in which they were opened."""
        return _Sweep(self.client, self.settings).run()


class _Sweep(Struct):
    client: Client
    settings: Settings
    open: _Pages = field(default_factory=_Pages)
    closed: _Pages = field(default_factory=_Pages)
    owed: frozenset[int] = frozenset()
    seen: set[int] = field(default_factory=set)
    unfinished: bool = False
    size: int = PAGE
    rules_digest: str | None = None

    def run(self) -> Iterator[Light]:
        """Ask until every list is at its end and every entry was looked for."""
        waiting: list[Glance] = []
        closed: list[Light] = []
        first = True
        while waiting or self.open.more or self.closed.more or self.owed - self.seen:
            listed = not self.open.more
            repository, viewer = self._ask(waiting, first=first)
            if first:
                self._learn(repository)
                first = False
            lights, again = self._resolved(waiting, repository)
            yield from (light for light in lights if not light.closed)
            unfinished = [light for light in lights if light.closed and self._is_not_done_with(light)]
            closed += unfinished
            self.unfinished = self.unfinished or bool(unfinished)
            waiting = [*again, *self._new(repository, viewer)]
            self._consider_closed(waiting)
            if listed:
                self.seen |= self.owed
        yield from closed

    def _consider_closed(self, waiting: Sequence[Glance]) -> None:
        """Go on with the closed ones only if those seen so far were worth it, once that is known of all of them."""
        if self.closed.read < _CLOSED_PAGES:
            return
        self.closed.pause = any(glance.closed for glance in waiting)
        if not self.closed.pause:
            self.closed.more = self.closed.more and self.unfinished
            self.unfinished = False

    def _ask(self, waiting: Sequence[Glance], *, first: bool) -> tuple[Fields, Viewer]:
        """Ask for the next pages; where GitHub cannot answer that much at once, for shorter ones from now on."""
        by_number = () if self.open.more else tuple(sorted(self.owed - self.seen))
        while True:
            asked = LightQuery(
                waiting=tuple(waiting),
                by_number=by_number,
                first=first,
                open=self.open.more,
                closed=self.closed.wanted,
                size=self.size,
            )
            try:
                data = self.client.graphql(asked.text(), self._variables(asked), tolerate=_is_gone).data
            except Unavailable as failed:
                if self.size <= _SHORTEST or not asked_too_much(failed) or not self.client.patience.left:
                    raise
                self.size //= 2
            else:
                return data.at("repository"), Viewer(data.at("viewer").text("login"))

    def _variables(self, asked: LightQuery) -> dict[str, Json]:
        variables: dict[str, Json] = {
            **self.client.named,
            "ledger": f"refs/heads/{self.settings.ledger_branch}",
            **{f"path{glance.number}": glance.guess for glance in asked.waiting if glance.guess is not None},
        }
        if asked.first:
            variables["rulesPath"] = self.settings.rules_path.lstrip("/")
        if asked.open:
            variables |= {"open": self.open.cursor, "titles": self.settings.publish is Publish.CHECK}
        if asked.closed:
            variables["closed"] = self.closed.cursor
        return variables

    def _learn(self, repository: Fields) -> None:
        """What only the first query asks: the rule book, and whose override reviews are owed."""
        blobs = Blobs(self.client)
        entry = repository.at("defaultBranchRef", "target").maybe("rules")
        version = RulesReader(blobs, self.settings.rules_path).version(entry)
        if version is not None and version.content is not None:
            self.rules_digest = bytes_digest(version.content)
        debts = repository.maybe("ledger", "target", "debts")
        content = blobs.of_entry(debts) if debts is not None else None
        self.owed = frozenset(debt.pull_request for debt in debts_of(content) or ())

    def _resolved(self, waiting: Sequence[Glance], repository: Fields) -> tuple[list[Light], list[Glance]]:
        """Those whose newest entry is known now, and those for which another was written than expected."""
        tip = repository.maybe("ledger", "target")
        lights: list[Light] = []
        again: list[Glance] = []
        for glance in waiting:
            newest = glance.newest(names_in(tip, glance.number))
            if newest is None or glance.gives_up:
                lights.append(glance.light(None, self.rules_digest))
            elif newest == glance.guess and tip is not None:
                lights.append(glance.light(self._entry(tip.maybe(f"newest{glance.number}")), self.rules_digest))
            else:
                again.append(replace(glance, guess=newest, tries=glance.tries + 1))
        return lights, again

    def _entry(self, entry: Fields | None) -> LedgerEntry | None:
        content = Blobs(self.client).of_entry(entry) if entry is not None else None
        try:
            return LedgerEntry.model_validate_json(content) if content is not None else None
        except ValueError:
            return None

    def _is_not_done_with(self, light: Light) -> bool:
        if light.number in self.owed or light.was_written_lately(self.client.patience.now()):
            return True
        return light.entry is not None and not light.entry.state.closed

    def _new(self, repository: Fields, viewer: Viewer) -> Iterator[Glance]:
        """The pull requests that this answer lists for the first time."""
        checks = CheckReader.of(viewer, self.settings)
        default_branch = repository.at("defaultBranchRef").text("name")
        found: list[Glance] = []
        if self.open.more:
            page = repository.at("open")
            self.open.turn(page)
            found += [open_glance(fields, checks, default_branch) for fields in page.nodes()]
        if self.closed.wanted:
            page = repository.at("closed")
            self.closed.turn(page)
            recent = [fields for fields in page.nodes() if self._is_recent(fields)]
            if len(recent) < len(page.nodes()):
                self.closed.more = False
            found += map(closed_glance, recent)
        for number in sorted(self.owed - self.seen):
            owed = repository.maybe(f"pr{number}")
            if owed is not None:
                found.append(closed_glance(owed))
        for glance in found:
            if glance.number not in self.seen:
                self.seen.add(glance.number)
                yield glance

    def _is_recent(self, fields: Fields) -> bool:
        return fields.time("updatedAt") > self.client.patience.now() - _HORIZON


def _is_gone(error: QueryError) -> bool:
    """Whether an error says that a pull request for which a review is owed is no more."""
    return error.type == "NOT_FOUND" and len(error.path) == len(("repository", "pr")) and error.path[1].startswith("pr")
