"""The one comment: complete, within GitHub's limits, and inert whatever the pull request holds."""

import json
import re
from datetime import timedelta

import pytest
from hypothesis import given
from msgspec.structs import replace

from keyturn.core.decision import Decision
from keyturn.core.facts import Change, ChangedFile, Check, CheckState, ReviewState, Role
from keyturn.core.judge import decide
from keyturn.core.judgement import Judgement
from keyturn.core.record import Event, RecordedEvent
from keyturn.render.comment import Extras, comment
from keyturn.render.markdown import length
from keyturn.render.marker import read_marker
from tests.render.examples import (
    APPROVED_BY_ANN,
    BOOK,
    EXAMPLES,
    LARGE,
    OPENED,
    SMALL,
    afterwards,
    example,
    facts,
    judged,
    manifest,
    override_comment,
    review,
)
from tests.render.hostile import hostile_judgements, live

GITHUB_TAKES = 65_536


def block(body: str) -> Decision:
    """The decision in the fenced JSON block of a comment."""
    found = re.search(r"^```json\n(.*?)\n```$", body, re.DOTALL | re.MULTILINE)
    assert found is not None
    return Decision.model_validate_json(found[1])


@given(hostile_judgements())
def test_comment__keeps_every_foreign_text_in_code(judgement: Judgement) -> None:
    """No name, path, review, label or manifest becomes a mention, link, image, HTML, reference or heading."""
    event = RecordedEvent(event=Event.VERDICT_FORGED, at=OPENED, by="ZQX@octocat", note="ZQX `@octocat` <b>")
    assert live(comment(judgement, Extras(events=(event,)))) == []


@given(hostile_judgements())
def test_comment__carries_the_whole_decision(judgement: Judgement) -> None:
    """What an agent reads in the block is the decision, also where texts try to end the block."""
    assert block(comment(judgement, Extras())) == judgement.decision


@pytest.mark.parametrize("name", EXAMPLES)
def test_comment__starts_with_its_marker(name: str) -> None:
    """The first line is the hidden marker with the values given, so that the comment is found again."""
    kept = {"kind": "request", "slack": {"ts": "1.2"}}
    assert read_marker(comment(example(name), Extras(marker=kept))) == kept


def test_comment__stays_the_same_while_only_the_clock_moves_on() -> None:
    """A run that finds nothing new edits nothing: no text depends on the present time."""
    first = judged(facts())
    texts = {comment(afterwards(first, facts(), timedelta(minutes=minutes)), Extras()) for minutes in (1, 2, 60, 239)}
    assert len(texts) == 1


@given(hostile_judgements())
def test_comment__does_not_depend_on_the_order_of_lists(judgement: Judgement) -> None:
    """GitHub may list files, reviews, checks and comments in any order; the comment stays the same."""
    facts_now = judgement.facts
    turned = replace(
        facts_now,
        files=facts_now.files[::-1],
        reviews=facts_now.reviews[::-1],
        checks=facts_now.checks[::-1],
        comments=facts_now.comments[::-1],
    )
    again = decide(turned, judgement.rules, judgement.now)
    assert comment(again, Extras()) == comment(judgement, Extras())


def many_actions(count: int, description: str) -> Judgement:
    """A pull request with so many actions of the tier single, and one, the last, of the tier multi."""
    actions = [
        {
            "action_type": "write",
            "target": f"src/{'deep/' * 80}{number}.py",
            "scope": "single_file",
            "description": description,
            "estimated_impact": "local",
        }
        for number in range(count)
    ]
    actions.append({**actions[0], "action_type": "migrate", "target": "orders"})
    text = json.dumps({"version": 1, "actions": actions})
    return judged(
        facts(
            None,
            files=tuple(ChangedFile(f"lib/{'x' * 150}{number}", Change.ADDED) for number in range(count)),
            file_count=count,
            manifests=(manifest(text, ".agent/manifests/x.json"),),
        )
    )


def test_comment__drops_the_least_severe_actions_first() -> None:
    """What does not fit is left out from below, and the reader is told how much and how severe at most."""
    body = comment(many_actions(200, "x" * 300), Extras())
    assert length(body) <= GITHUB_TAKES
    rows = [line for line in body.splitlines() if line.startswith("| **")]
    assert "`migrate`" in rows[0]
    assert re.search(r"\d+ less severe actions are left out, none above `single`\.", body)


def test_comment__shortens_the_json_and_keeps_it_valid() -> None:
    """A decision too long for the comment loses actions from below, stays a decision, and the text says so."""
    judgement = many_actions(200, "x")
    body = comment(judgement, Extras())
    shown = block(body)
    assert length(body) <= GITHUB_TAKES
    assert 0 < len(shown.actions) < len(judgement.decision.actions)
    assert shown.actions[-1].action_type == "migrate"
    assert shown.outcome is judgement.decision.outcome
    assert "Left out of this block: " in body
    assert "The output `decision` has them all." in body


def test_comment__holds_when_everything_is_too_long() -> None:
    """Thousands of failed checks, reviewers and astral characters still make one comment that GitHub takes."""
    checks = tuple(
        Check(name=f"{number} " + "😀" * 90, state=CheckState.FAILED, order=(OPENED, 1)) for number in range(2_000)
    )
    reviews = tuple(
        review(f"someone{number}", ReviewState.APPROVED, number=number, id=f"R{number}") for number in range(1_000)
    )
    book = BOOK.replace("[test]", '["*"]').replace(
        "users: [ann, bob, carol]", f"users: [{', '.join(f'u{n}' for n in range(500))}]"
    )
    judgement = judged(facts(LARGE, book, checks=checks, reviews=reviews))
    body = comment(judgement, Extras(marker={"kind": "request"}))
    assert length(body) <= GITHUB_TAKES
    assert block(body).outcome is judgement.decision.outcome


def test_comment__holds_when_hundreds_have_long_words() -> None:
    """A crowd that approves, objects and commands at length leaves the state, and a decision that is still one."""
    crowd = [f"someone{number}-{'x' * 25}" for number in range(400)]
    book = BOOK.replace("{users: [ann, bob, carol], teams: [acme/platform]}", "{permission: write}")
    reviews = tuple(
        review(
            login,
            ReviewState.APPROVED if number % 2 else ReviewState.CHANGES_REQUESTED,
            number=number,
            id=f"R{number}",
            body="😀`" * 2_000,
        )
        for number, login in enumerate(crowd)
    )
    comments = tuple(replace(override_comment(login, "界" * 3_000), id=f"C{login}") for login in crowd)
    judgement = judged(
        facts(LARGE, book, reviews=reviews, comments=comments, roles=dict.fromkeys(crowd, Role.WRITE)),
        timedelta(hours=3),
    )
    body = comment(judgement, Extras(marker={"kind": "request", "slack": {"ts": "1" * 2_000}}))
    assert length(body) <= GITHUB_TAKES
    assert "## ✋ Changes requested by" in body
    shown = block(body)
    assert shown.outcome is judgement.decision.outcome
    assert shown.next_step is judgement.decision.next_step


@pytest.mark.parametrize(
    ("kept", "shown"), [(38_800, "### What is missing"), (39_600, "## ⏳ Waiting for 1 more approval")]
)
def test_comment__leaves_out_whole_parts_before_it_grows_too_long(kept: int, shown: str) -> None:
    """Where even short lists do not fit, what the agent says goes first, then all but the state; the text says so."""
    body = comment(example("pending"), Extras(marker={"kind": "request", "kept": "x" * kept}))
    assert length(body) <= GITHUB_TAKES
    assert shown in body
    assert "There is too much to show here" in body
    assert "### What the agent says it does" not in body
    assert block(body) == example("pending").decision


def test_comment__names_the_pull_requests_that_share_head_and_base() -> None:
    """Of pull requests with the same head and base, the comment names the others."""
    body = comment(example("approved"), Extras(siblings=(14, 13)))
    assert "#13 and #14 have the same commit and base" in body


def test_comment__says_whom_to_ask_where_teams_cannot_be_asked() -> None:
    """With the workflow's own token teams cannot be asked for review, so the reader learns to ask a member."""
    body = comment(example("pending"), Extras(teams_can_be_asked=False))
    assert "please ask somebody in `acme/platform` yourself" in body
    assert "please ask somebody" not in comment(example("pending"), Extras())


def test_comment__says_that_an_escalation_reaches_nobody() -> None:
    """Whoever waits learns at once, not after hours, that nobody will be asked."""
    assert "The escalation reaches nobody" in comment(example("pending"), Extras(escalation_is_heard=False))


def test_comment__announces_each_event_once() -> None:
    """A forged verdict that this run records and the ledger holds by the next run reads the same in both."""
    forged = RecordedEvent(event=Event.VERDICT_FORGED, at=OPENED, by="mallory")
    standing = example("escalated")
    entry = standing.facts.ledger.entries[0]
    recorded = entry.model_copy(update={"events": (*entry.events, forged)})
    ledger = replace(standing.facts.ledger, entries=(recorded,))
    later = replace(standing, facts=replace(standing.facts, ledger=ledger))
    assert comment(later, Extras()) == comment(standing, Extras(events=(forged,)))
    assert comment(later, Extras()) == comment(later, Extras(events=(forged,)))


def test_comment__offers_the_override_line_while_something_blocks() -> None:
    """The line to paste names the full head commit, and is gone once nothing blocks any more."""
    line = f"\n/keyturn override {facts().head} <reason>\n"
    assert line in comment(example("pending"), Extras())
    assert line in comment(example("emergency_stop"), Extras())
    assert line not in comment(example("approved"), Extras())


def test_comment__says_when_nobody_may_override() -> None:
    """Where the rule book names nobody, no line is offered."""
    body = comment(judged(facts(SMALL, BOOK.replace("override: {users: [zoe], teams: [acme/sre]}\n", ""))), Extras())
    assert "Nobody is named in `override` of `rules.yml`" in body
    assert "/keyturn override" not in body


def test_comment__names_no_deadline_once_enough_have_approved() -> None:
    """A deadline that runs no more would only frighten."""
    assert "### Deadlines" in comment(judged(facts(reviews=(APPROVED_BY_ANN,)), timedelta(hours=2)), Extras())
    assert "### Deadlines" not in comment(example("approved"), Extras())
