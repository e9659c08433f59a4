"""The issue that asks for the review of an override, and the reminder in it."""

from datetime import timedelta

from hypothesis import given

from keyturn.core.compose import overrides_of
from keyturn.core.judgement import Judgement
from keyturn.render.marker import read_marker
from keyturn.render.notices import override_reminder
from keyturn.render.review_issue import review_issue, review_marker
from tests.render.examples import BOOK, EARLIER, EMERGENCY, LARGE, SMALL, example, facts, judged, override_comment
from tests.render.hostile import hostile_judgements, live


@given(hostile_judgements(overridden=True))
def test_review_issue__keeps_every_foreign_text_in_code(judgement: Judgement) -> None:
    """The reason for an override, the targets and the branch wake nobody; only links to the pull request are live."""
    body = review_issue(judgement, overrides_of(judgement)[0]).body
    assert [found for found in live(body) if "https://github.com/acme/shop/" not in found] == []


def test_review_issue__is_found_by_its_marker() -> None:
    """The marker names the pull request and the comments of the override, and nothing that changes."""
    judgement = example("overridden")
    record = overrides_of(judgement)[0]
    first = review_issue(judgement, record).body.partition("\n")[0]
    assert first == review_marker(judgement, record.model_copy(update={"issue": 9, "overdue": True}))
    assert read_marker(first) == {"kind": "override-review", "pull_request": 12, "of": ["IC_zoe"]}


def test_review_issue__says_what_was_missing() -> None:
    """Whoever reviews learns how far the pull request was from passing."""
    judgement = judged(facts(LARGE, comments=(override_comment(),)), timedelta(hours=3))
    assert "it needed 2 approvals and had 0 approvals" in review_issue(judgement, overrides_of(judgement)[0]).body


def test_review_issue__of_an_earlier_commit_tells_nothing_of_the_present_one() -> None:
    """Digest and tier are those of what was let through, or left out where another commit is the head by now."""
    judgement = example("overridden")
    record = overrides_of(judgement)[0].model_copy(update={"head": EARLIER})
    body = review_issue(judgement, record).body
    assert EARLIER in body
    assert "Manifest digest" not in body


def test_review_issue__shows_the_severest_actions() -> None:
    """Five actions are enough to see what was let through; the rest are counted."""
    actions = "".join(SMALL.partition("actions:\n")[2].replace("tax.py", f"tax{number}.py") for number in range(7))
    judgement = judged(facts(EMERGENCY + actions, comments=(override_comment(),)), timedelta(hours=3))
    body = review_issue(judgement, overrides_of(judgement)[0]).body
    assert body.index("`production_database` (**emergency**)") < body.index("`src/billing/tax.py` (**single**)")
    assert "- 4 further actions" in body


def test_review_issue__leaves_out_who_overrode() -> None:
    """Whoever broke the glass is not named among those who may close the review."""
    book = BOOK.replace("users: [ann, bob, carol]", "users: [ann, zoe]")
    judgement = judged(facts(EMERGENCY, book, comments=(override_comment(),)), timedelta(hours=3))
    body = review_issue(judgement, overrides_of(judgement)[0]).body
    assert "is not `zoe`. That is `ann` or a member of `acme/platform`" in body


def test_override_reminder__says_what_is_refused() -> None:
    """Under `overdue: refuse` the reminder says so, under `warn` it does not."""
    judgement = example("overridden")
    record = overrides_of(judgement)[0]
    assert "`zoe` may not override again" in override_reminder(record, judgement)
    book = BOOK.replace("override: {", "override: {overdue: warn, ")
    lenient = judged(facts(EMERGENCY, book, comments=(override_comment(),)), timedelta(hours=3))
    assert "may not override again" not in override_reminder(record, lenient)
