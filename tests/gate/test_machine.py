"""Whatever people do, and whenever keyturn runs: no success without its quorum, its checks and its ledger entry."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.gate.stage import RULES, Stage
from tests.github_server.hub import GitHubServer
from tests.github_server.state.accounts import Account

REASON = "the payment provider is down and this turns it off"
CHECKED = RULES.replace("single: {approvals: 1,", "single: {approvals: 1, checks: [unit],")
PEOPLE = ("ann", "ben", "rita", "olga")


class Gate(RuleBasedStateMachine):
    """One pull request, people, a clock, and runs in any order."""

    def __init__(self) -> None:
        """Open a pull request that needs one approval and one check."""
        super().__init__()
        self.hub = GitHubServer()
        self.stage = Stage(self.hub, Path(tempfile.mkdtemp()), rules=CHECKED)
        self.stage.repo.branch("stage")
        self.pull = self.stage.change("write src/tax.py")
        self.objections: dict[str, object] = {}
        self.judged = False

    def teardown(self) -> None:
        """Close the server; anything that GitHub would not know fails the test."""
        self.hub.__exit__(None, None, None)

    @rule(seconds=st.sampled_from([1, 60, 3600, 90_000]))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.hub.clock.advance(seconds=seconds)
        self.judged = False

    @rule(number=st.integers(0, 3))
    def push(self, number: int) -> None:
        """Push a commit."""
        self.pull.push({"src/tax.py": f"rate = {number}\n"})
        self.changed()

    @rule(who=st.sampled_from(PEOPLE))
    def approve(self, who: str) -> None:
        """Approve the head."""
        self.pull.approve(self.person(who))
        self.changed()

    @rule(who=st.sampled_from(PEOPLE))
    def object(self, who: str) -> None:
        """Request changes."""
        self.pull.request_changes(self.person(who))
        self.changed()

    @precondition(lambda self: any(review.state != "DISMISSED" for review in self.pull.reviews))
    @rule(who=st.sampled_from(PEOPLE), data=st.data())
    def dismiss(self, who: str, data: st.DataObject) -> None:
        """Dismiss a review."""
        standing = [review for review in self.pull.reviews if review.state != "DISMISSED"]
        self.pull.dismiss(data.draw(st.sampled_from(standing)), by=self.person(who))
        self.changed()

    @rule(who=st.sampled_from(PEOPLE), verb=st.sampled_from(["renew", "override", "recheck"]))
    def command(self, who: str, verb: str) -> None:
        """Comment a command."""
        words = f" {self.pull.head_oid} {REASON}" if verb == "override" else ""
        self.pull.comment(self.person(who), f"/keyturn {verb}{words}")
        self.changed()

    @rule(base=st.sampled_from(["main", "stage"]))
    def retarget(self, base: str) -> None:
        """Change the base branch."""
        if base != self.pull.base_ref:
            self.pull.retarget(base)
            self.changed()

    @rule(state=st.sampled_from(["success", "failure", "pending"]))
    def check(self, state: str) -> None:
        """Report the required check."""
        self.pull.status("unit", state)
        self.changed()

    @rule()
    def draft(self) -> None:
        """Turn it into a draft, or back."""
        if self.pull.draft:
            self.pull.ready()
        else:
            self.pull.to_draft()
        self.changed()

    @rule(sweep=st.booleans())
    def run(self, *, sweep: bool) -> None:
        """Let keyturn run twice; the second run changes nothing."""
        ran = self.stage.sweep() if sweep else self.stage.judge(self.pull)
        assert ran.code == 0, ran.log
        writes = len(self.hub.writes)
        again = self.stage.judge(self.pull)
        assert again.code == 0, again.log
        assert [write.path for write in self.hub.writes[writes:]] == []
        self.judged = True

    def person(self, login: str) -> Account:
        """One of the people on the stage; rita may only read."""
        found = self.hub.world.find_account(login)
        assert found is not None
        return found

    def changed(self) -> None:
        """Something happened that keyturn has not seen; people take a moment for what comes next."""
        self.judged = False
        self.hub.clock.advance(seconds=1)

    @invariant()
    def success_is_earned(self) -> None:
        """After a run, a success has an entry that passes, its check and, by our own count, its quorum."""
        if not self.judged:
            return
        name = "keyturn" if self.pull.base_ref == "main" else f"keyturn: {self.pull.base_ref}"
        if self.stage.verdict(self.pull, name) != "success":
            return
        newest = self.stage.ledger(self.pull)[-1]
        assert (newest["decision"]["head"], newest["decision"]["base"]) == (self.pull.head_oid, self.pull.base_ref)
        outcome = newest["decision"]["outcome"]
        assert outcome in ("approved", "overridden")
        if outcome == "approved":
            assert not self.pull.draft
            assert self.counted()
            assert self.stage.verdict(self.pull, "unit") == "success"

    def counted(self) -> list[str]:
        """Who approved the head after the last change of base and did not take it back, roster and deadline aside."""
        since = max((event.created_at for event in self.pull.events if event.kind in BASE_EVENTS), default=NEVER)
        found = []
        for login in ("ann", "ben", "olga"):
            own = [review for review in self.pull.reviews if review.author.login == login]
            here = [r for r in own if r.commit == self.pull.head_oid and r.submitted_at and r.submitted_at > since]
            if own and own[-1].state == "APPROVED" and any(review.state == "APPROVED" for review in here):
                found.append(login)
        return found


BASE_EVENTS = ("BaseRefChangedEvent", "AutomaticBaseChangeSucceededEvent", "BaseRefForcePushedEvent")
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def test_machine__no_success_without_quorum_check_and_entry() -> None:
    """Pushes, reviews, dismissals, commands, retargets, checks, clock and runs, in any order."""
    run_state_machine_as_test(
        Gate,
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
