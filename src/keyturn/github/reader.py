"""Reads pull requests, and everything else that the gate asks, from GitHub."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from keyturn.core.facts import UNREAD, Account, Facts, Role
from keyturn.core.inquiry import Wanted
from keyturn.github.blobs import Blobs
from keyturn.github.client import Client
from keyturn.github.fingerprints_read import fingerprints
from keyturn.github.light_read import LightReader
from keyturn.github.lookups import Lookups
from keyturn.github.merge_queue import merge_group
from keyturn.github.older_rules import OlderRules
from keyturn.github.review_issues_read import ReviewIssueReader
from keyturn.github.rules_read import RulesReader
from keyturn.github.snapshots_read import SnapshotReader
from keyturn.github.standing_read import StandingReader
from keyturn.ports import Fingerprint, Light, OwnComment, PublishedVerdict, ReviewIssue, Snapshot, Unavailable
from keyturn.settings import Settings


class GitHubReader:
    """The `Reader` of GitHub. Whatever it looks up of people, teams and roles it asks once in its life."""

    def __init__(self, client: Client, settings: Settings) -> None:
        """Read nothing yet."""
        self._client = client
        self._settings = settings
        self._lookups = Lookups(client, settings.own_run)
        self._settled = client.patience.settled

    def snapshots(self, numbers: Sequence[int]) -> Mapping[int, Snapshot | Unavailable]:
        """Read pull requests whole, at most five a query."""
        return SnapshotReader(self._client, self._settings).read(numbers)

    def look_up(self, facts: Facts, wanted: Wanted, *, older_rules: bool) -> Facts:
        """The same facts with everything wanted filled in, `None` where it cannot be read."""
        ask, rules = self._lookups, facts.rules
        if older_rules and rules.older is UNREAD:
            rules = replace(rules, older=self._older_rules().versions())
        return replace(
            facts,
            roles={**facts.roles, **{login.casefold(): ask.role(login) for login in sorted(wanted.roles)}},
            people={**facts.people, **{login.casefold(): ask.person(login) for login in sorted(wanted.people)}},
            teams={**facts.teams, **{name.casefold(): ask.team(name) for name in sorted(wanted.teams)}},
            pusher=ask.pusher(facts) if wanted.pusher else facts.pusher,
            runs=ask.runs(facts.head) if wanted.runs else facts.runs,
            rules=rules,
        )

    def fingerprints(self, numbers: Sequence[int]) -> Mapping[int, Fingerprint]:
        """Read again, now, what must not have changed."""
        return self._settled(lambda: fingerprints(self._client, self._settings, numbers))

    def open_with_head(self, commit: str) -> tuple[int, ...]:
        """The numbers of the open pull requests whose head is this commit."""
        return self._settled(lambda: self._standing().open_with_head(commit))

    def merge_group(self, base: str, base_commit: str, head_commit: str) -> tuple[int, ...]:
        """The members of a merge group, all of them."""
        return self._settled(lambda: merge_group(self._client, base, base_commit, head_commit))

    def sweep(self) -> Iterator[Light]:
        """All open pull requests, and the closed ones that are not done with."""
        return LightReader(self._client, self._settings).sweep()

    def review_issue(self, number: int) -> ReviewIssue | None:
        """The issue, `None` where it was deleted."""
        return self._settled(lambda: ReviewIssueReader(self._client).by_number(number))

    def find_review_issue(self, marker: str) -> ReviewIssue | None:
        """The labelled issue by keyturn's own account whose body holds the marker, open or closed."""
        return self._settled(lambda: ReviewIssueReader(self._client).by_marker(marker))

    def own_comments(self, number: int) -> tuple[OwnComment, ...]:
        """The comments by keyturn's own account on a pull request that carry one of its markers, read now."""
        return self._settled(lambda: self._standing().comments(number))

    def verdicts(self, commit: str) -> tuple[PublishedVerdict, ...]:
        """The newest verdict of each of keyturn's names on any commit, such as a merge group's."""
        return self._settled(lambda: self._standing().verdicts(commit))

    def may_write(self, account: Account) -> bool:
        """Whether an account has write access; `False` where it cannot be read."""
        try:
            role = self._lookups.role(account.login)
        except Unavailable:
            return False
        return role is not None and role >= Role.WRITE

    def run_is_over(self, url: str | None) -> bool | None:
        """Whether the run with this log has come to its end, by itself or not; `None` where that cannot be read."""
        return self._lookups.run_is_over(url) if url is not None else None

    def email_of(self, login: str) -> str | None:
        """The public e-mail address of an account, `None` where it has none or cannot be read."""
        try:
            return self._lookups.email(login)
        except Unavailable:
            return None

    def _standing(self) -> StandingReader:
        return StandingReader(self._client, self._settings)

    def _older_rules(self) -> OlderRules:
        path = self._settings.rules_path
        return OlderRules(self._client, RulesReader(Blobs(self._client), path), path)
