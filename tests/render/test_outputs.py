"""What later steps of a workflow read."""

import json

from hypothesis import given

from keyturn.core.decision import Decision
from keyturn.core.judgement import Judgement
from keyturn.render.outputs import MOST, NAMES, outputs, sweep_outputs
from tests.render.examples import example
from tests.render.hostile import hostile_judgements


def test_outputs__say_what_was_decided() -> None:
    """Every output is a text; times are UTC."""
    found = outputs(example("pending").decision)
    assert {**found, "decision": ""} == {
        "outcome": "pending",
        "tier": "multi",
        "request-id": "8dccdb55-db2a-531c-911f-09e359b96386",
        "approvals": "1",
        "approvals-required": "2",
        "expires-at": "2026-01-03T11:00:00Z",
        "manifest-digest": "sha256:fda44c0fbfc72c1ef71a7c424989f361dede40fa89768524c93e2d1f5c621dfc",
        "decision": "",
    }
    assert Decision.model_validate_json(found["decision"]) == example("pending").decision


def test_outputs__are_empty_where_nothing_is_known() -> None:
    """What the decision holds as null is an empty text, never the word."""
    found = outputs(example("invalid_manifest").decision)
    assert {name for name, value in found.items() if not value} == {
        "tier",
        "request-id",
        "approvals-required",
        "expires-at",
        "manifest-digest",
    }


@given(hostile_judgements())
def test_outputs__hold_no_line_break(judgement: Judgement) -> None:
    """No value can end early and be taken for another output."""
    found = outputs(judgement.decision)
    assert tuple(found) == NAMES
    assert all(value.isprintable() and value.isascii() for value in found.values())


def test_outputs__of_a_sweep_are_one_list() -> None:
    """A sweep gives a JSON list in `decision` and leaves the others empty."""
    judged = [example(name).decision for name in ("approved", "expired")]
    found, lacking = sweep_outputs(judged)
    assert lacking == ""
    assert [decision["outcome"] for decision in json.loads(found["decision"])] == ["approved", "expired"]
    assert set(found) == set(NAMES)
    assert not any(value for name, value in found.items() if name != "decision")


def long_decision(actions: int = 2000) -> Decision:
    """A decision with so many actions, each with the longest target there is."""
    decision = example("pending").decision
    (first, *_) = decision.actions
    targets = (first.model_copy(update={"index": index, "target": "x" * 512}) for index in range(actions))
    return decision.model_copy(update={"actions": tuple(targets)})


def test_outputs__too_long_for_github_leave_out_lists_and_say_so() -> None:
    """GitHub would drop an output that is too long; the rest of the decision is worth more than none."""
    decision = long_decision()
    found = outputs(decision)["decision"]
    assert len(found) < MOST < len(decision.as_json())
    read = Decision.model_validate_json(found)
    assert read.actions == ()
    assert read.errors[-1].message == "left out here for want of room: 2,000 actions"
    assert read.model_copy(update={"actions": (), "undeclared": (), "errors": ()}) == decision.model_copy(
        update={"actions": (), "undeclared": (), "errors": ()}
    )


def test_outputs__of_a_sweep_too_long_together_leave_out_lists() -> None:
    """Every pull request that was judged is in the list, though none of them whole."""
    found, lacking = sweep_outputs([long_decision(100)] * 40)
    read = json.loads(found["decision"])
    assert lacking == ""
    assert len(found["decision"]) < MOST
    assert [decision["actions"] for decision in read] == [[]] * 40


def test_outputs__of_a_sweep_that_have_no_room_are_counted() -> None:
    """What does not fit even so is left out, and a sentence says how many."""
    found, lacking = sweep_outputs([example("approved").decision] * 4000)
    read = json.loads(found["decision"])
    assert len(found["decision"]) <= MOST
    assert 0 < len(read) < 4000
    assert lacking == (f"The output `decision` has no room for {4000 - len(read):,} decisions, which the ledger holds.")
