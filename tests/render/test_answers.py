"""What people get back for a command."""

from datetime import timedelta

import pytest

from keyturn.core.facts import Comment
from keyturn.core.judgement import Judgement
from keyturn.render.answers import answer, reaction
from tests.render.examples import EMERGENCY, HEAD, OPENED, SMALL, facts, judged, person
from tests.render.hostile import live


def said(line: str, login: str = "zoe", text: str = EMERGENCY) -> Judgement:
    """The judgement of a pull request on which somebody has given a command."""
    comment = Comment(id="IC", number=7, author=person(login), body=line, created_at=OPENED + timedelta(hours=1))
    return judged(facts(text, comments=(comment,)), timedelta(hours=2))


@pytest.mark.parametrize(
    ("line", "login", "sign", "why"),
    [
        (f"/keyturn override {HEAD} the shop is down and this mends it", "zoe", "+1", None),
        (f"/keyturn override {HEAD} down", "zoe", "-1", "its reason has 4 characters; at least 20 are needed"),
        ("/keyturn override 0123456789 the shop is down", "zoe", "-1", "it names another commit than the current head"),
        ("/keyturn override", "zoe", "-1", "it names no commit; write `/keyturn override <full commit> <reason>`"),
        (f"/keyturn override {HEAD} the shop is down and", "ann", "-1", "`ann` is not named in `override`"),
        ("/keyturn renew", "ann", "-1", "nothing can renew a request that nobody can approve"),
        ("/keyturn recheck", "ann", "eyes", None),
    ],
)
def test_answer__says_why_a_command_has_no_effect(line: str, login: str, sign: str, why: str | None) -> None:
    """A command that works is only reacted to; one that does not is answered with the reason."""
    judgement = said(line, login)
    command = judgement.commands[0]
    text = answer(judgement, command)
    assert reaction(judgement, command) == sign
    if why is None:
        assert text is None
    else:
        assert text is not None
        assert why in text


def test_answer__shows_the_line_that_would_work() -> None:
    """Whoever mistyped an override can paste the right line."""
    judgement = said("/keyturn override please", "zoe")
    text = answer(judgement, judgement.commands[0])
    assert text is not None
    assert f"\n/keyturn override {HEAD} <reason>\n" in text
    assert live(text) == []


def test_answer__says_that_there_is_nothing_to_renew() -> None:
    """A renewal of what is invalid is not passed over in silence."""
    judgement = said("/keyturn renew", "ann", SMALL.replace("scope: single_file", "scope: all"))
    assert reaction(judgement, judgement.commands[0]) == "-1"
    assert answer(judgement, judgement.commands[0]) == (
        "`/keyturn renew` by `ann` has no effect: the pull request is invalid, so there is no request to renew."
    )
