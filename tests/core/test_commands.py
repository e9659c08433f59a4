"""What people ask of keyturn in the first line of a comment or of an approving review."""

from typing import Any

import pytest

from keyturn.core.commands import Verb, commands, parse
from keyturn.core.facts import ReviewState
from tests.support.build import at, bot, comment, facts, review


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("/keyturn renew", (Verb.RENEW, "")),
        ("/keyturn recheck", (Verb.RECHECK, "")),
        ("/keyturn  \trenew  ", (Verb.RENEW, "")),
        ("/keyturn renew\r\nbecause it was forgotten", (Verb.RENEW, "")),
        ("/keyturn override abc it is on fire", (Verb.OVERRIDE, "abc it is on fire")),
        ("/keyturn override", (Verb.OVERRIDE, "")),
        ("/keyturn override   abc\nit is on fire", (Verb.OVERRIDE, "abc")),
        ("/keyturn renew now", None),
        ("/keyturn recheck, please", None),
        ("/keyturn Renew", None),
        ("/Keyturn renew", None),
        ("/keyturnrenew", None),
        ("/keyturn", None),
        ("/keyturn approve", None),
        (" /keyturn renew", None),
        ("> /keyturn renew", None),
        ("`/keyturn renew`", None),
        ("\n/keyturn renew", None),
        ("please /keyturn renew", None),
        ("/keyturn renewal", None),
        ("", None),
    ],
)
def test_parse__exactly_the_first_line(body: str, expected: tuple[Verb, str] | None) -> None:
    """A command is exactly the first line; whatever merely contains one is none."""
    assert parse(body) == expected


def spoken(**changes: Any) -> list[tuple[Verb, str]]:
    """The verbs and logins of the commands in force."""
    return [(command.verb, command.by.login) for command in commands(facts(**changes))]


RENEW, RECHECK = "/keyturn renew", "/keyturn recheck"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"comments": (comment(RENEW),)}, True, id="a comment"),
        pytest.param({"comments": (comment(RENEW, edited=True),)}, False, id="an edited comment"),
        pytest.param({"comments": (comment(RENEW, bot("x[bot]")),)}, False, id="a bot's comment"),
        pytest.param({"comments": (comment(RENEW, None),)}, False, id="a comment of nobody"),
        pytest.param({"comments": (comment("I say\n/keyturn renew"),)}, False, id="a later line"),
        pytest.param({"reviews": (review(body=RENEW),)}, True, id="an approving review"),
        pytest.param({"reviews": (review(body=RENEW, edited=True),)}, False, id="an edited review"),
        pytest.param({"reviews": (review(bot("x[bot]"), body=RENEW),)}, False, id="a bot's review"),
        pytest.param({"reviews": (review(None, body=RENEW),)}, False, id="a review of nobody"),
        pytest.param(
            {"reviews": (review(state=ReviewState.CHANGES_REQUESTED, body=RENEW),)}, False, id="an objecting review"
        ),
        pytest.param({"reviews": (review(state=ReviewState.DISMISSED, body=RENEW),)}, False, id="a dismissed review"),
    ],
)
def test_commands__by_people_and_unedited(changes: dict[str, Any], *, expected: bool) -> None:
    """A command counts in an unedited comment or approving review by a person, and nowhere else."""
    assert spoken(**changes) == ([(Verb.RENEW, "ann")] if expected else [])


def test_commands__oldest_first() -> None:
    """Commands come in the order in which they were given, whatever the order in which they arrive."""
    said = (comment(RENEW, "carol", 3), comment(RECHECK, "ann", 2), comment(RECHECK, "bob", 2))
    expected = [(Verb.RECHECK, "ann"), (Verb.RECHECK, "bob"), (Verb.RENEW, "dave"), (Verb.RENEW, "carol")]
    for order in (said, said[::-1]):
        assert spoken(comments=order, reviews=(review("dave", when=2.5, body=RENEW),)) == expected


@pytest.mark.parametrize(
    ("body", "commit", "reason"),
    [
        ("/keyturn override abc it is on fire", "abc", "it is on fire"),
        ("/keyturn override abc \t it is  on fire \r\nmore", "abc", "it is  on fire"),
        ("/keyturn override abc\tfire", "abc", "fire"),
        ("/keyturn override abc", "abc", ""),
        ("/keyturn override", "", ""),
    ],
)
def test_commands__override_names_commit_and_reason(body: str, commit: str, reason: str) -> None:
    """An override names a commit first; what remains of the line is the reason."""
    (command,) = commands(facts(comments=(comment(body, when=2),)))
    assert (command.verb, command.commit, command.reason) == (Verb.OVERRIDE, commit, reason)
    assert (command.at, command.review, command.source) == (at(2), False, comment(body, when=2).id)


def test_commands__of_a_review_say_so() -> None:
    """A command in a review names the review, since its own approval counts with a renewal."""
    (command,) = commands(facts(reviews=(review(body=RENEW),)))
    assert (command.review, command.source, command.at) == (True, review().id, at(1))
