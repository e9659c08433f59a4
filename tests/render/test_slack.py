"""Cards and replies: true, within Slack's limits, and inert whatever the pull request holds."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from slack_sdk.models.blocks import Block

from keyturn.core.facts import Change, ChangedFile, PullRequestState
from keyturn.core.judgement import Judgement
from keyturn.core.record import Event, RecordedEvent
from keyturn.core.rulebook import Slack
from keyturn.render.card import AMBER, GREEN, GREY, RED, card, superseded_card, wants_card
from keyturn.render.slack_replies import reply
from keyturn.render.slack_text import Directory, code, directory, escape, fitting, link, when
from tests.render.examples import (
    APPROVED_BY_ANN,
    APPROVED_BY_DAVE,
    BOOK,
    EMERGENCY,
    EXAMPLES,
    LARGE,
    OPENED,
    afterwards,
    example,
    facts,
    judged,
)
from tests.render.golden_files import WHO
from tests.render.hostile import SENTINEL, hostile, hostile_judgements

_OURS = re.compile(
    r"<(?:@U0(?:ANN|CAROL|ZOE)"
    r"|!subteam\^S0PLATFORM"
    r"|!date\^\d+\^\{date_short_pretty\} \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? UTC"
    r"|https://github\.com/acme/shop/pull/12(?:/files)?\|Review acme/shop#12 on GitHub)>"
)


def texts(value: object) -> Iterator[str]:
    """Every text in a payload, whatever it is nested in, metadata aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key != "metadata":
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def live(payload: object) -> list[str]:
    """What in a payload Slack would take for markup that is not ours."""
    found = []
    for text in texts(payload):
        rest = _OURS.sub("", text)
        found += [text for sign in "<>" if sign in rest]
        found += [text for entity in re.findall(r"&(?!(?:amp|lt|gt);)", rest) if entity]
        outside = "".join(rest.split("`")[::2])
        if SENTINEL in outside or rest.count("`") % 2:
            found.append(text)
    return found


def within_limits(payload: dict[str, object]) -> bool:
    """Whether Slack would take a payload, as far as its documentation says."""
    attachments = payload["attachments"]
    assert isinstance(attachments, list)
    text = payload["text"]
    assert isinstance(text, str)
    for attachment in attachments:
        assert attachment["fallback"]
        assert len(attachment["blocks"]) <= 50
        for block in attachment["blocks"]:
            parsed = Block.parse(block)
            assert parsed is not None
            parsed.validate_json()
            assert len(block.get("fields", ())) <= 10
            assert len(block.get("elements", ())) <= 10
            assert all(1 <= len(field["text"]) <= 2_000 for field in block.get("fields", ()))
            assert 1 <= len(block.get("text", {"text": "x"})["text"]) <= 3_000
    return 1 <= len(text) <= 4_000


def blocks_of(payload: dict[str, object]) -> str:
    """The card's own part of a payload as one text."""
    return json.dumps(payload["attachments"], ensure_ascii=False)


def colour(payload: dict[str, object]) -> object:
    """The colour of the bar."""
    attachments = payload["attachments"]
    assert isinstance(attachments, list)
    return attachments[0]["color"]


@given(hostile_judgements())
def test_card__keeps_every_foreign_text_in_code_and_every_limit(judgement: Judgement) -> None:
    """No manifest, title, path or login can mention, link or format, nor make a card that Slack refuses."""
    payload = card(judgement, WHO)
    assert live(payload) == []
    assert within_limits(payload)


@given(hostile_judgements(), st.sampled_from(Event), hostile, hostile)
def test_reply__keeps_every_foreign_text_in_code_and_every_limit(
    judgement: Judgement, event: Event, login: str, note: str
) -> None:
    """The same for what stands in the thread."""
    payload = reply(RecordedEvent(event=event, at=OPENED, by=login, note=note), judgement, WHO)
    if payload is not None:
        assert live(payload) == []
        assert within_limits(payload)


def test_card__holds_when_everything_is_long() -> None:
    """Many actions with the longest texts, files and names still make one card."""
    action = {
        "action_type": "a" * 64,
        "target": "&" * 512,
        "scope": "database",
        "description": "<" * 2_000,
        "estimated_impact": "service",
    }
    text = json.dumps({"version": 1, "agent": "<" * 200, "requested_by": "octocat", "actions": [action] * 60})
    standing = facts(
        LARGE, BOOK.replace("users: [ann, bob, carol]", f"users: [{', '.join(f'u{n}' for n in range(99))}]")
    )
    manifest_file = replace(standing.manifests[0], content=text.encode(), path=".agent/manifests/x.json")
    files = tuple(ChangedFile("infra/" + "&" * 300 + str(number), Change.ADDED) for number in range(2_000))
    payload = card(judged(replace(standing, manifests=(manifest_file,), files=files, title="<" * 300)), WHO)
    assert within_limits(payload)
    assert "more" in blocks_of(payload)


@pytest.mark.parametrize("name", EXAMPLES)
def test_card__says_its_state_in_words(name: str) -> None:
    """Colour alone says nothing: text, fallback and card carry the state in words, and the text names the place."""
    payload = card(example(name), WHO)
    assert within_limits(payload)
    assert "acme/shop#12" in str(payload["text"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pending_single", AMBER),
        ("pending", RED),
        ("emergency_stop", RED),
        ("rejected", RED),
        ("approved", GREEN),
        ("overridden", GREEN),
        ("expired", GREY),
        ("draft", GREY),
    ],
)
def test_card__is_coloured_by_what_it_waits_for(name: str, expected: str) -> None:
    """Amber for `single`, red for more, green once through, grey when expired or asleep."""
    assert colour(card(example(name), WHO)) == expected


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("pending", True),
        ("emergency_stop", True),
        ("rejected", True),
        ("overridden", True),
        ("auto_approved", False),
        ("not_governed", False),
        ("invalid_manifest", False),
        ("draft", False),
        ("error", False),
    ],
)
def test_card__is_wanted_where_people_are(name: str, wanted: bool) -> None:
    """There is no card for what needs nobody, is none of keyturn's business, is invalid, or is a draft."""
    assert wants_card(example(name)) is wanted


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("pending", "<@U0CAROL> <!subteam^S0PLATFORM> ⏳"),
        ("emergency_stop", "<@U0ZOE> `acme/sre` 🛑"),
        ("expired", "<@U0CAROL> <!subteam^S0PLATFORM> ⌛"),
        ("approved", "✅"),
        ("rejected", "✋"),
        ("draft", "⏳"),
        ("observed", "🛑"),
    ],
)
def test_card__wakes_those_who_are_waited_for(name: str, called: str) -> None:
    """The mention stands in the text itself: those who can still give what is missing, and nobody where nothing is."""
    assert str(card(example(name), WHO)["text"]).startswith(called)


def closed(state: PullRequestState, *, passed: bool) -> Judgement:
    """A pull request closed after it passed, or before."""
    reviews = (APPROVED_BY_ANN, APPROVED_BY_DAVE) if passed else ()
    standing = facts(reviews=reviews)
    first = judged(standing, timedelta(hours=2))
    return afterwards(first, replace(standing, state=state, closed_at=OPENED + timedelta(hours=3)), timedelta(hours=3))


@pytest.mark.parametrize(
    ("state", "passed", "words", "expected"),
    [
        (PullRequestState.MERGED, True, "⚪ Merged:", GREY),
        (PullRequestState.MERGED, False, "⚠️ Merged although keyturn had not let it through:", RED),
        (PullRequestState.CLOSED, False, "⚪ Closed:", GREY),
    ],
)
def test_card__of_a_closed_pull_request_tells_how_it_ended(
    state: PullRequestState, passed: bool, words: str, expected: str
) -> None:
    """A card never goes on asking for what nobody needs any more."""
    payload = card(closed(state, passed=passed), WHO)
    assert str(payload["text"]).startswith(words)
    assert colour(payload) == expected
    assert not wants_card(closed(state, passed=passed))


def test_card__is_found_again_by_its_metadata() -> None:
    """The metadata names the request and holds nothing secret; an earlier card keeps its own."""
    judgement = example("pending")
    assert card(judgement, WHO)["metadata"] == {
        "event_type": "keyturn_request",
        "event_payload": {
            "request_id": judgement.decision.request_id,
            "repository": "acme/shop",
            "pull_request": 12,
        },
    }
    assert superseded_card(judgement, "an earlier one")["metadata"] == {
        "event_type": "keyturn_request",
        "event_payload": {"request_id": "an earlier one", "repository": "acme/shop", "pull_request": 12},
    }


def test_card__of_an_override_says_why() -> None:
    """Whoever sees green learns that nobody approved, and what was said for it."""
    text = blocks_of(card(example("overridden"), WHO))
    assert "Overridden by `zoe`" in text
    assert "The shop is down, and this is the fix." in text


def test_card__of_an_emergency_says_how_many_must_override() -> None:
    """No approval is enough, so the card says what would be."""
    two = BOOK.replace("override: {", "override: {approvals: 2, ")
    assert "an override needs 2 people" in blocks_of(card(judged(facts(EMERGENCY, two)), WHO))


def test_reply__shows_an_escalation_to_the_whole_channel() -> None:
    """Only an escalation leaves the thread."""
    shown = {event: reply(RecordedEvent(event=event, at=OPENED), example("escalated"), WHO) for event in Event}
    assert [event for event, found in shown.items() if found and found["reply_broadcast"]] == [Event.ESCALATED]


def test_reply__wakes_those_who_owe_a_review() -> None:
    """An overdue review of an override wakes whoever broke the glass."""
    first = example("overridden")
    later = afterwards(first, first.facts, timedelta(days=9))
    overdue = RecordedEvent(event=Event.OVERRIDE_OVERDUE, at=OPENED)
    found = reply(overdue, later, WHO)
    assert found is not None
    assert str(found["text"]).startswith("<@U0ZOE> ⏰")


def test_directory__prefers_the_rule_book() -> None:
    """An id that somebody's e-mail led to never outranks the rule book's; logins compare without case."""
    who = directory(Slack(users={"Ann": "U1"}, teams={"Acme/Platform": "S1"}), {"ann": "U9", "bob": "U2"})
    assert [who.mention(name) for name in ("ANN", "bob", "acme/platform", "carol")] == [
        "<@U1>",
        "<@U2>",
        "<!subteam^S1>",
        "`carol`",
    ]


def test_directory__takes_no_id_that_is_markup() -> None:
    """An id that is none of Slack's is not put between angle brackets."""
    assert Directory({"ann": "U1> <!channel"}).mention("ann") == "`ann`"


@pytest.mark.parametrize(
    ("text", "written"),
    [("a&<b>", "`a&amp;&lt;b&gt;`"), ("a`b", "`a'b`"), ("  ", "(blank)"), ("a\nb", "`a\\nb`")],
)
def test_code__is_inert(text: str, written: str) -> None:
    """Slack's code cannot hold a backtick, so a quote stands for it."""
    assert code(text) == written


def test_link__is_one_address_under_our_label() -> None:
    """Bars, brackets and blanks in an address are encoded."""
    assert link("https://git.example/a|b> c&d", "x<y") == "<https://git.example/a%7Cb%3E%20c&amp;d|x&lt;y>"


def test_when__is_in_the_readers_own_time() -> None:
    """Slack shows the moment in the reader's zone, and UTC where it cannot."""
    assert when(OPENED) == "<!date^1767344400^{date_short_pretty} {time}|2026-01-02 09:00 UTC>"


def test_fitting__keeps_whole_lines() -> None:
    """Lines are never cut in the middle; what is left out is counted."""
    assert fitting(["a" * 10, "b" * 10, "c" * 10], 40, 9) == "a" * 10 + "\n" + "b" * 10 + "\n… and 1 more"
    assert fitting(["a", "b"], 40, 9) == "a\nb"
    assert fitting(["a", "b", "c"], 40, 1) == "a\n… and 2 more"


def test_escape__writes_out_three_characters() -> None:
    """Exactly those that Slack asks for, once."""
    assert escape("&lt; <b>") == "&amp;lt; &lt;b&gt;"
