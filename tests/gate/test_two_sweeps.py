"""Two sweeps at the same moment, each a process of its own: every step once, and an unbroken chain."""

import hashlib
import itertools
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from keyturn.render.marker import read_marker
from tests.gate.stage import RULES, Stage, manifest
from tests.github_server.hub import GitHubServer
from tests.github_server.state.accounts import Account
from tests.github_server.state.pull_request import PullRequest

REASON = "the payment provider is down and this turns it off"
RULES_OF_THE_RACE = (
    RULES.replace("approvers: {permission: write}", "approvers: {permission: write, users: [ann, ben]}")
    + "escalation: {users: [otto]}\n"
)
BATCHES, RACES = 10, 10
ALWAYS = 1
"""So many batches are part of every run of the suite; the others are for `make soak`."""
DELAYS = (0, 0, 0.2, 0.5, 1, 2)
"""By how much the second sweep comes later, in the seconds of the server's clock."""


@dataclass
class Races:
    """A stage on which one race follows the other, and what is open on it."""

    stage: Stage
    count: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    asked: PullRequest | None = None
    expired: PullRequest | None = None

    def change(self, *actions: str) -> PullRequest:
        """Open a pull request that no other is like."""
        number = next(self.count)
        files = {"src/tax.py": f"rate = {number}\n", f".agent/manifests/{number}.yml": manifest(*actions)}
        return self.stage.change(files=files)

    def prepare(self) -> dict[str, PullRequest]:
        """Pull requests in every state that a sweep has something to do about."""
        stage, hub = self.stage, self.stage.hub
        if self.asked is None:
            self.asked = self.change("write src/tax.py")
            stage.sweep()
        pulls = {"expiring": self.asked}
        hub.clock.advance(hours=22, minutes=30)
        for name in ("waiting", "answered", "bypassed"):
            pulls[name] = self.change("write src/tax.py")
        pulls["stopped"] = self.change("drop production_database", "write src/tax.py")
        stage.sweep()
        hub.clock.advance(minutes=90)
        pulls["answered"].approve(stage.ann)
        pulls["bypassed"].merge(stage.olga)
        pulls["stopped"].comment(stage.olga, f"/keyturn override {pulls['stopped'].head_oid} {REASON}")
        pulls["new"] = self.change("write src/tax.py")
        pulls["stop"] = self.change("drop production_database", "write src/tax.py")
        pulls["stop"].comment(stage.ben, f"/keyturn override {pulls['stop'].head_oid} {REASON}")
        if self.expired is not None:
            pulls["renewed"] = self.expired
            self.expired.comment(stage.ann, "/keyturn renew")
        for issue in stage.repo.issues:
            if issue.is_open:
                issue.close(stage.ann)
        hub.clock.advance(minutes=2)
        return pulls

    def finish(self, pulls: dict[str, PullRequest]) -> None:
        """Close all that the next race has no use for."""
        self.expired, self.asked = pulls.pop("expiring"), pulls.pop("new")
        for pull in pulls.values():
            if pull.is_open:
                pull.close(self.stage.ann)


EVENTS = {
    "expiring": ["requested", "escalated", "expired"],
    "waiting": ["requested", "escalated"],
    "answered": ["requested", "approval_counted", "approved"],
    "bypassed": ["requested", "merged_without_approval"],
    "stopped": ["emergency_stopped", "overridden"],
    "new": ["requested"],
    "stop": ["override_refused", "emergency_stopped"],
    "renewed": ["requested", "escalated", "expired", "renewed"],
}
VERDICTS = {
    "expiring": "failure",
    "waiting": "pending",
    "answered": "success",
    "stopped": "success",
    "new": "pending",
    "stop": "failure",
    "renewed": "pending",
}
TOLD = {
    "expiring": ["escalated", "expired"],
    "waiting": ["escalated"],
    "answered": ["approved"],
    "bypassed": ["merged_without_approval"],
    "stopped": ["emergency_stop", "overridden"],
    "new": [],
    "stop": ["answer", "emergency_stop"],
    "renewed": ["escalated", "expired"],
}
ASKED = {
    "expiring": ["ann", "ben", "otto"],
    "waiting": ["ann", "ben", "otto"],
    "answered": ["ann", "ben"],
    "bypassed": ["ann", "ben"],
    "stopped": [],
    "new": ["ann", "ben"],
    "stop": [],
}


def is_unbroken(stage: Stage, pull: PullRequest) -> bool:
    """Whether every entry names the bytes of the one before it."""
    files = stage.ledger_files(pull)
    hashes = [None, *(hashlib.sha256(content).hexdigest() for content in files)]
    return [json.loads(content)["previous"] for content in files] == hashes[:-1]


def told(pull: PullRequest) -> list[str]:
    """What keyturn's comments are: the one with the whole state, answers, and notices by name."""
    said = [found for comment in pull.comments if (found := read_marker(comment.body)) is not None]
    return sorted(str(each.get("notice", each["kind"])) for each in said)


def asked(pull: PullRequest) -> list[str]:
    """Who was asked for review, as often as they were."""
    events = [event for event in pull.events if event.kind == "ReviewRequestedEvent"]
    found = [event.fields["requestedReviewer"] for event in events]
    return sorted(each.login for each in found if isinstance(each, Account))


def texts(pulls: dict[str, PullRequest]) -> list[list[str]]:
    """What people see of the comments: all but the first line, in which keyturn remembers how far everything was told.

    Of two runs that edit the same comment, the one that remembers less may be last; the next run mends that.
    """
    return [[comment.body.partition("\n")[2] for comment in pull.comments] for pull in pulls.values()]


def look_again(stage: Stage, pulls: dict[str, PullRequest]) -> None:
    """Sweep, and run on each pull request."""
    stage.sweep()
    for pull in pulls.values():
        stage.judge(pull)


def asked_for(stage: Stage, since: int) -> Counter[str]:
    """How often each pull request's reviewers were asked for, request by request."""
    posts = [it for it in stage.hub.writes[since:] if it.path.endswith("/requested_reviewers")]
    return Counter(f"{it.path} {name}" for it in posts for name in it.body["reviewers"])


@pytest.mark.parametrize(
    "batch", [*range(ALWAYS), *(pytest.param(batch, marks=pytest.mark.slow) for batch in range(ALWAYS, BATCHES))]
)
def test_two_sweeps__every_step_once(tmp_path: Path, batch: int) -> None:
    """Two processes sweep at once, ten times: whoever is first, each event, comment, request and issue comes once."""
    with GitHubServer() as hub:
        races = Races(Stage(hub, tmp_path, rules=RULES_OF_THE_RACE))
        stage = races.stage
        for race in range(RACES):
            pulls = races.prepare()
            before, issues = len(hub.writes), len(stage.repo.issues)
            runs = stage.sweeps_at_once(0, DELAYS[(batch + race) % len(DELAYS)])
            assert [code for code, _ in runs] == [0, 0], runs
            where = f"race {race} of batch {batch}"
            for name, pull in pulls.items():
                assert stage.events(pull) == EVENTS[name], (where, name)
                assert is_unbroken(stage, pull), (where, name)
                assert stage.verdict(pull) == VERDICTS.get(name, "pending"), (where, name)
                assert told(pull) == sorted(["request", *TOLD[name]]), (where, name)
                assert asked(pull) == ASKED.get(name, asked(pull)), (where, name)
            assert max(asked_for(stage, before).values()) == 1, where
            assert len(stage.repo.issues) == issues + 1, where
            seen, raced = texts(pulls), len(hub.writes)
            look_again(stage, pulls)
            mended = [each for each in hub.writes[raced:] if each.method != "PATCH" or "/comments/" not in each.path]
            assert ([str(each) for each in mended], texts(pulls)) == ([], seen), where
            settled = len(hub.writes)
            look_again(stage, pulls)
            assert [str(each) for each in hub.writes[settled:]] == [], where
            races.finish(pulls)
