"""The decision as agents and programs read it."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.decision import Decision, FileError, NextStep, Outcome, ReasonCode
from keyturn.core.digest import manifest_digest
from keyturn.core.facts import Change, ChangedFile
from keyturn.core.judge import decide
from keyturn.core.manifest import Impact
from keyturn.core.problem import Problem
from keyturn.core.report import LONGEST_REASON, next_step, report_error
from keyturn.core.rulebook import Agents, NoManifest, Requester, Unattributed
from keyturn.core.rules_in_force import RulesInForce
from keyturn.core.tier import Tier
from tests.support.build import (
    AGENT,
    HEAD,
    MANIFEST,
    OPENED,
    action,
    at,
    changed,
    commit,
    facts,
    judged,
    manifest,
    manifest_of,
    objection,
    person,
    removed,
    renamed,
    review,
)
from tests.support.build_book import book

PUBLISHED = {
    *("schema", "repository", "pull_request", "head", "base", "outcome", "tier", "reason_codes", "next_step"),
    *("request_id", "generation", "manifest_digest", "rules_digest", "approvals", "checks", "opened_at"),
    *("escalates_at", "expires_at", "actions", "undeclared", "rejection", "errors"),
}


def decision(**changes: Any) -> Decision:
    """The decision about a pull request."""
    return judged(facts(**changes)).decision


def test_report__as_published() -> None:
    """The JSON has exactly the published keys, times in UTC to the second, and can be read back."""
    told = decision(
        manifests=(manifest(action(), action("migrate", "orders")),), reviews=(review(AGENT), review("bob"))
    )
    read = json.loads(told.as_json())
    assert set(read) == PUBLISHED
    assert read["schema"] == "keyturn/decision/v1"
    assert (read["repository"], read["pull_request"], read["head"], read["base"]) == ("acme/shop", 12, HEAD, "main")
    assert (read["outcome"], read["tier"], read["next_step"]) == ("pending", "multi", "wait")
    assert read["approvals"] == {
        "required": 2,
        "counted": ["bob"],
        "discounted": [{"login": "copilot-swe-agent[bot]", "reason": "bot"}],
    }
    assert read["checks"] == {"missing": [], "pending": [], "failed": []}
    assert (read["opened_at"], read["escalates_at"], read["expires_at"]) == (
        "2026-03-02T09:00:00Z",
        "2026-03-02T13:00:00Z",
        "2026-03-03T09:00:00Z",
    )
    assert read["generation"] == 1
    assert read["actions"] == [
        {
            "index": 0,
            "manifest": MANIFEST,
            "action_type": "write",
            "target": "src/billing/tax.py",
            "tier": "single",
            "rule": "rules.yml:20",
        },
        {
            "index": 1,
            "manifest": MANIFEST,
            "action_type": "migrate",
            "target": "orders",
            "tier": "multi",
            "rule": "rules.yml:15",
        },
    ]
    assert (read["undeclared"], read["rejection"], read["errors"]) == ([], None, [])
    assert Decision.model_validate_json(told.as_json(indent=1)) == told


def test_report__unmatched_actions_have_no_rule() -> None:
    """Where `unmatched` decided, no rule is named."""
    told = decision(manifests=(manifest(action("document", "x", estimated_impact=Impact.NONE)),), files=())
    assert [(item.tier, item.rule) for item in told.actions] == [(Tier.SINGLE, None)]


def test_report__actions_of_several_manifests() -> None:
    """Actions run over all manifests, in the order of their paths, whatever the order in which these arrive."""
    manifests = manifest(path=".agent/manifests/b.json"), manifest(action("read", "x"), path=".agent/manifests/a.json")
    for order in (manifests, manifests[::-1]):
        told = decision(manifests=order)
        assert [(item.index, item.manifest[-6:], item.action_type) for item in told.actions] == [
            (0, "a.json", "read"),
            (1, "b.json", "write"),
        ]
        assert told.manifest_digest == manifest_digest([action("read", "x"), action()])


def test_report__without_a_manifest_the_digest_is_that_of_the_empty_list() -> None:
    """Without a manifest the digest is that of the empty list, governed or not."""
    empty = "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
    assert manifest_digest(()) == empty
    assert decision(manifests=()).manifest_digest == empty
    human = decision(
        author=person("ann"), commits=(commit(person("ann"), committer=person("ann")),), manifests=(), head_branch="x"
    )
    assert (human.outcome, human.manifest_digest) == (Outcome.NOT_GOVERNED, empty)


def test_report__names_undeclared_files() -> None:
    """Undeclared files are named in path order, with what is no UTF-8 escaped; of a rename the new name."""
    told = decision(files=(removed("c"), renamed("old", "b"), changed("a\udcff")))
    assert told.undeclared == ("a\\xff", "b", "c")
    assert json.loads(told.as_json())["undeclared"] == ["a\\xff", "b", "c"]


@pytest.mark.parametrize("advisory", [True, False])
def test_report__not_governed(*, advisory: bool) -> None:
    """What is not governed has no request, no tier, and needs no approval; it says where it is only advice."""
    human = facts(
        author=person("ann"),
        commits=(commit(person("ann"), committer=person("ann")),),
        manifests=(),
        head_branch="x",
        advisory=advisory,
    )
    told = judged(human).decision
    assert told.reason_codes == (("not_governed", "advisory") if advisory else ("not_governed",))
    assert (told.next_step, told.tier, told.approvals.required) == (NextStep.NONE, None, 0)
    assert (told.request_id, told.generation, told.opened_at, told.expires_at) == (None, None, None, None)
    assert told.rules_digest == book().digest
    assert told.checks is not None
    offline = judged(replace(human, number=None)).decision
    assert offline.checks is None
    unruled = decide(human, RulesInForce(book=None), OPENED).decision
    assert unruled.rules_digest is None


@pytest.mark.parametrize(
    "code",
    [
        ReasonCode.FACTS_INCOMPLETE,
        ReasonCode.API_UNAVAILABLE,
        ReasonCode.HEAD_MOVED,
        ReasonCode.LEDGER_UNWRITABLE,
    ],
)
def test_report_error__never_passes(code: ReasonCode) -> None:
    """What keyturn could not find out about never passes, says why, and asks the agent to wait."""
    told = report_error("acme/shop", 12, HEAD, "main", code, "GitHub did not answer")
    assert not told.passes
    assert (told.outcome, told.reason_codes, told.next_step) == (Outcome.ERROR, (code,), NextStep.WAIT)
    assert (told.tier, told.approvals.required, told.request_id) == (None, None, None)
    assert told.errors == (FileError(file="", line=None, message="GitHub did not answer"),)


@pytest.mark.parametrize(("head", "remarked"), [(HEAD, True), ("c" * 40, False)])
def test_report_error__keeps_what_was_remarked_of_that_head(head: str, *, remarked: bool) -> None:
    """What was seen of this very head before it came to nothing holds still; its reasons do not."""
    seen = decide(facts(advisory=True), RulesInForce(book=book()), OPENED).decision
    told = report_error("acme/shop", 12, head, "main", ReasonCode.LEDGER_UNWRITABLE, "no", seen=seen)
    remarks = [code for code in seen.reason_codes if code is not ReasonCode.APPROVALS_MISSING]
    assert ReasonCode.ADVISORY in remarks
    assert list(told.reason_codes) == [ReasonCode.LEDGER_UNWRITABLE, *(remarks if remarked else [])]


REQUEST = ReasonCode.REQUESTER_MISSING
COMMITS = ReasonCode.COMMITS_UNATTRIBUTED
RULES = ReasonCode.RULES_INVALID


@pytest.mark.parametrize(
    ("outcome", "reasons", "step"),
    [
        (Outcome.NOT_GOVERNED, [ReasonCode.NOT_GOVERNED], "none"),
        (Outcome.AUTO_APPROVED, [ReasonCode.TIER_AUTO], "none"),
        (Outcome.APPROVED, [ReasonCode.QUORUM], "none"),
        (Outcome.OVERRIDDEN, [ReasonCode.OVERRIDE], "none"),
        (Outcome.PENDING, [ReasonCode.APPROVALS_MISSING], "wait"),
        (Outcome.PENDING, [ReasonCode.DRAFT], "wait"),
        (Outcome.PENDING, [ReasonCode.CHECKS_MISSING, ReasonCode.CHECKS_PENDING], "wait"),
        (Outcome.PENDING, [ReasonCode.APPROVALS_MISSING, ReasonCode.CHECKS_FAILED], "fix_checks"),
        (Outcome.PENDING, [ReasonCode.OBJECTION, ReasonCode.CHECKS_FAILED], "answer_review"),
        (Outcome.REJECTED, [ReasonCode.CHANGES_REQUESTED], "answer_review"),
        (Outcome.EXPIRED, [ReasonCode.EXPIRED], "renew"),
        (Outcome.EMERGENCY_STOP, [ReasonCode.TIER_EMERGENCY], "stop"),
        (Outcome.INVALID, [ReasonCode.MANIFEST_MISSING], "amend_manifest"),
        (Outcome.INVALID, [ReasonCode.MANIFEST_INVALID], "amend_manifest"),
        (Outcome.INVALID, [REQUEST], "amend_manifest"),
        (Outcome.INVALID, [COMMITS], "amend_commits"),
        (Outcome.INVALID, [REQUEST, COMMITS], "amend_commits"),
        (Outcome.INVALID, [RULES], "stop"),
        (Outcome.INVALID, [ReasonCode.RULES_MISSING], "stop"),
        (Outcome.INVALID, [REQUEST, COMMITS, RULES], "stop"),
        (Outcome.ERROR, [ReasonCode.API_UNAVAILABLE], "wait"),
    ],
)
def test_next_step__what_the_agent_should_do(outcome: Outcome, reasons: list[ReasonCode], step: str) -> None:
    """Each outcome has its next step; of several, `stop` comes first, then `amend_commits`."""
    assert next_step(outcome, reasons) == step
    assert next_step(outcome, reversed(reasons)) == step


def test_report__rejection() -> None:
    """A rejection names who, where, when and why; the reason is cut where it is too long."""
    asked = objection("bob", 2, body="x" * (LONGEST_REASON + 1), number=77)
    told = decision(reviews=(objection("ann", 1), asked))
    assert told.rejection is not None
    assert told.rejection.review_url == "https://github.com/acme/shop/pull/12#pullrequestreview-77"
    assert (told.rejection.login, told.rejection.submitted_at) == ("bob", at(2))
    assert told.rejection.reason == "x" * (LONGEST_REASON - 1) + "\u2026"
    nobody = decision(reviews=(objection(None, body="half \ud83d"),)).rejection
    assert nobody is not None
    assert (nobody.login, nobody.reason) == (None, "half \\ud83d")


def errors(rules: Any = None, **changes: Any) -> list[tuple[str, int | None, str]]:
    """What is wrong with a pull request."""
    return [(error.file, error.line, error.message) for error in judged(facts(**changes), rules).decision.errors]


def test_report__errors_of_a_refused_manifest() -> None:
    """Everything wrong with a manifest is told, with its file and line."""
    found = errors(manifests=(manifest_of("version: 1\nactions:\n- {a: 1}\n", path=".agent/manifests/x.yml"),))
    assert found
    assert all(file == ".agent/manifests/x.yml" for file, _, _ in found)
    assert all(line == 3 for _, line, _ in found)


def test_report__errors_of_a_requester_who_is_nobody() -> None:
    """A requester that is no person's account is named with its line."""
    text = '{"version": 1,\n"requested_by": "octocat",\n"actions": [' + json.dumps(action().as_written()) + "]}"
    ((file, line, message),) = errors(manifests=(manifest_of(text),), people={"octocat": None})
    assert (file, line) == (MANIFEST, 2)
    assert "octocat" in message


def test_report__errors_of_a_missing_manifest_or_requester() -> None:
    """A manifest or a requester that is missing is told of, with what to add and where."""
    needed = book(agents=Agents(no_manifest=NoManifest.INVALID))
    ((file, line, message),) = errors(needed, manifests=())
    assert (file, line) == (".agent/manifests/*", None)
    assert "keyturn draft" in message
    named, unnamed = manifest(), manifest(path=".agent/manifests/y.json", requested_by=None)
    ((file, line, message),) = errors(book(requester=Requester.REQUIRED), manifests=(named, unnamed))
    assert (file, line) == (".agent/manifests/y.json", None)
    assert "requested_by" in message


def test_report__errors_of_commits_that_nobody_can_be_named_for() -> None:
    """Each commit that nobody can be named for is told of, in the same order whatever theirs; others are not."""
    commits = commit(None, oid="b" * 40), commit(oid="c" * 40), commit(None, oid="a" * 40)
    blocking = book(unattributed_commits=Unattributed.BLOCK)
    for order in (commits, commits[::-1]):
        found = errors(blocking, commits=order)
        assert [message[:48] for _, _, message in found] == [
            "nobody can be named for commit aaaaaaaaaa; commi",
            "nobody can be named for commit bbbbbbbbbb; commi",
        ]
    assert errors(commits=commits) == []


def test_report__errors_of_the_rule_book() -> None:
    """What is wrong with the rule book is told where something is governed."""
    rules = RulesInForce(book=None, problems=(Problem("rules.yml", 3, 1, "no such tier: sing\udcffle"),))
    told = decide(facts(), rules, OPENED).decision
    assert told.errors == (FileError(file="rules.yml", line=3, message="no such tier: sing\\xffle"),)


@pytest.mark.parametrize(
    "changes", [{}, {"reviews": (review(),)}, {"draft": True}, {"files": (ChangedFile("a", Change.ADDED),)}]
)
def test_report__no_errors_where_nothing_is_wrong(changes: dict[str, Any]) -> None:
    """Without a fault there are no errors, whatever the outcome."""
    assert errors(**changes) == []
