"""Whom keyturn asks for review, and whom it does not."""

import pytest

from tests.gate.stage import RULES, Stage

NAMED = RULES.replace("approvers: {permission: write}", "approvers: {permission: write, users: [ann, ben, olga]}")
TEAMS = RULES.replace("approvers: {permission: write}", "approvers: {permission: write, teams: [acme/platform]}")


def asked(pull: object) -> list[str]:
    """The logins and team handles that are asked for review now."""
    return sorted(getattr(who, "login", "") or str(getattr(who, "slug", "")) for who in pull.requested)  # type: ignore[attr-defined]


@pytest.mark.parametrize("rules", [NAMED])
def test_asking__people_named_once_and_not_those_taken_back(stage: Stage) -> None:
    """Everybody on the roster is asked once; somebody whose request was taken back is left alone."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    assert asked(pull) == ["ann", "ben", "olga"]

    pull.remove_request(stage.ben, by=stage.ann)
    stage.hub.clock.advance(minutes=1)
    stage.judge(pull)

    assert asked(pull) == ["ann", "olga"]


@pytest.mark.parametrize("rules", [NAMED])
def test_asking__nobody_who_had_a_part(stage: Stage) -> None:
    """A co-author could not approve, so nobody asks them."""
    pull = stage.change("write src/tax.py")
    pull.push({"src/tax.py": "rate = 30\n"}, coauthors=[stage.ben])

    stage.judge(pull)

    assert asked(pull) == ["ann", "olga"]


@pytest.mark.parametrize("rules", [TEAMS])
def test_asking__team_that_the_token_cannot_ask(stage: Stage) -> None:
    """With the workflow's own token a team cannot be asked: that is tried once, and the comment says whom to ask."""
    stage.repo.team("acme/platform", stage.ann, stage.ben)
    stage.token = stage.repo.workflow_token()
    pull = stage.change("write src/tax.py")

    ran = stage.judge(pull)

    assert ran.outputs["outcome"] == "pending"
    assert "acme/platform" in pull.comments[0].body
    assert {"quorum_unreachable", "roster_unreadable", "advisory"} <= set(ran.decision["reason_codes"])
    writes = len(stage.hub.writes)
    stage.judge(pull)
    assert stage.hub.writes[writes:] == []


@pytest.mark.parametrize("rules", [TEAMS])
def test_asking__team_member_approves(stage: Stage) -> None:
    """With an App's token the team is read and asked, and a member's approval counts; others' do not."""
    stage.repo.team("acme/platform", stage.ann)
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    assert asked(pull) == ["platform"]
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ben)
    ran = stage.judge(pull)
    assert ran.decision["approvals"]["discounted"] == [{"login": "ben", "reason": "not_eligible"}]

    pull.approve(stage.ann)
    assert stage.judge(pull).outputs["outcome"] == "approved"


@pytest.mark.parametrize("rules", [TEAMS])
def test_asking__team_that_the_token_asks_but_cannot_see(stage: Stage) -> None:
    """A team is asked once a request, though GitHub does not show the token that it was."""
    stage.repo.team("acme/platform", stage.ann)
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    assert asked(pull) == ["platform"]
    pull.requested.clear()
    pull.events[:] = [event for event in pull.events if event.kind != "ReviewRequestedEvent"]
    writes = len(stage.hub.writes)

    stage.hub.clock.advance(minutes=1)
    stage.judge(pull)

    assert stage.hub.writes[writes:] == []
