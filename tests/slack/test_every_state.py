"""Every state that a reader can meet is delivered by the real library, and nothing in it is refused."""

import pytest

from keyturn.core.chain import Chain
from keyturn.core.compose import Run, compose
from keyturn.core.record import LedgerEntry
from keyturn.render.card import wants_card
from keyturn.slack.messenger import Messenger
from tests.render.examples import EXAMPLES, example
from tests.slack.tale import Clock, settings
from tests.slack_server.server import CHANNEL, SlackServer


@pytest.mark.parametrize("way", ["token", "webhook"])
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_state__is_delivered_whole(slack: SlackServer, name: str, way: str) -> None:
    """Hostile and huge ones, too: limits, markup and metadata are as Slack wants them, and the second run is silent."""
    judgement = example(name)
    chain = Chain(entries=(), broken=(), highest_generation=0, next_sequence=1, previous=None)
    entry = compose(judgement, chain, Run(actor=None, url=None, version="0"))
    entries: tuple[LedgerEntry, ...] = (entry,) if entry is not None else ()
    given = settings(slack, slack_channel=CHANNEL)
    if way == "webhook":
        given = settings(slack, slack_token="", slack_webhook_url=slack.hook)
    clock = Clock()
    slack.workspace.now = judgement.now
    first = Messenger(given, clock=clock, sleep=clock.sleep).deliver(judgement, entries, None)
    assert first.warnings == ()
    assert len(slack.cards) == (1 if wants_card(judgement) else 0)
    calls = len(slack.calls)
    second = Messenger(given, clock=clock, sleep=clock.sleep).deliver(judgement, entries, first.memory)
    assert (second.memory, second.warnings) == (first.memory, ())
    assert len(slack.calls) == calls
