"""The messenger as the gate meets it: silent without a set-up, and plain about a wrong one."""

import subprocess
import sys
from typing import Final

import pytest
from msgspec.structs import replace

from tests.slack.tale import BOOK, Tale, settings
from tests.slack_server.server import TOKEN

WITHOUT_SLACK: Final = """
import sys
from keyturn.settings import Settings
from keyturn.slack.messenger import Messenger
messenger = Messenger(Settings(repository="acme/shop", token="t"), clock=None, sleep=None)
owed = messenger.owes(None, (), {"as": "it was"})
delivered = messenger.deliver(None, (), {"as": "it was"})
print(owed, dict(delivered.memory), delivered.warnings, sorted(name for name in sys.modules if "slack_sdk" in name))
"""


def test_messenger__without_token_and_webhook_does_nothing_at_all() -> None:
    """Whoever does not use Slack pays nothing for it: no call, no memory, not even an import."""
    said = subprocess.run([sys.executable, "-c", WITHOUT_SLACK], check=True, capture_output=True, text=True)
    assert said.stdout == "False {'as': 'it was'} () []\n"


NOTHING_OWED: Final = """
import sys
from keyturn.settings import Settings
from keyturn.slack.messenger import Messenger
from tests.support.build import OPENED, action, changed, facts, judged, manifest
harmless = manifest(action("lint", "src"))
judgement = judged(facts(manifests=(harmless,), files=(changed(harmless.path),)))
settings = Settings(repository="acme/shop", token="t", slack_token="xoxb-1", slack_channel="C0123456789")
delivered = Messenger(settings, clock=lambda: OPENED, sleep=None).deliver(judgement, (), None)
print(judgement.decision.outcome, delivered, sorted(name for name in sys.modules if "slack_sdk" in name))
"""


def test_messenger__loads_the_library_only_to_say_something() -> None:
    """With a token, too, a run that owes Slack nothing does not wait for slack-sdk to load."""
    said = subprocess.run([sys.executable, "-c", NOTHING_OWED], check=True, capture_output=True, text=True)
    assert said.stdout == "auto_approved Delivered(memory=None, warnings=()) []\n"


@pytest.mark.parametrize("way", ["token", "webhook"])
def test_messenger__knows_without_a_call_whether_anything_is_owed(tale: Tale, way: str) -> None:
    """A request that Slack was not told of is owed until it is told; where nothing can be told, that is known too."""
    if way == "webhook":
        tale.by_webhook()
    judgement, messenger = tale.happens(), tale.messenger()
    assert messenger.owes(judgement, tale.entries, None)
    assert tale.slack.calls == []
    told = messenger.deliver(judgement, tale.entries, None)
    assert not messenger.owes(judgement, tale.entries, told.memory)
    assert not messenger.is_mute


def test_messenger__is_mute_once_slack_has_refused(tale: Tale) -> None:
    """What it refuses for good it would refuse for every other pull request: that is owed still, to another run."""
    judgement, messenger = tale.happens(), tale.messenger()
    tale.slack.channel.members.clear()
    messenger.deliver(judgement, tale.entries, None)
    assert messenger.is_mute
    assert messenger.owes(judgement, tale.entries, None)
    tale.settings = replace(tale.settings, slack_api_url="http://slack.example.com/api/")
    assert tale.messenger().is_mute


def test_messenger__without_a_channel_says_how_to_name_one(tale: Tale) -> None:
    """A token alone does not say where the card goes."""
    assert tale.book is not None
    tale.book = replace(tale.book, slack=replace(BOOK.slack, channel=None))
    (warning,) = tale.run().warnings
    assert "`slack-channel`" in warning
    assert "`slack.channel`" in warning
    assert tale.slack.calls == []


@pytest.mark.parametrize("channel", ["#approvals", "approvals", "c0123456789", "U024BE7LH", "C0\n::error::x"])
def test_messenger__takes_the_id_of_a_channel_and_no_name(tale: Tale, channel: str) -> None:
    """A name would do for posting, and never for finding the card again."""
    tale.settings = settings(tale.slack, slack_channel=channel)
    (warning,) = tale.run().warnings
    assert "must be a channel's id" in warning
    assert tale.slack.calls == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"slack_api_url": "http://slack.example.com/api/"}, "slack-api-url"),
        ({"slack_api_url": "ftp://127.0.0.1/api/"}, "slack-api-url"),
        ({"slack_api_url": "slack.example.com/api/"}, "slack-api-url"),
        ({"slack_token": "", "slack_webhook_url": "http://hooks.example.com/SeCrEt"}, "slack-webhook-url"),
        ({"slack_token": "", "slack_webhook_url": "file:///etc/passwd"}, "slack-webhook-url"),
        ({"slack_token": "", "slack_webhook_url": "http://[SeCrEt"}, "slack-webhook-url"),
        ({"slack_token": "", "slack_webhook_url": "SeCrEt"}, "slack-webhook-url"),
    ],
)
def test_messenger__sends_no_secret_over_a_line_that_anybody_reads(
    tale: Tale, changes: dict[str, str], name: str
) -> None:
    """Token and webhook address go over TLS only, our own machine aside."""
    tale.settings = settings(tale.slack, **changes)
    (warning,) = tale.run().warnings
    assert f"`{name}` must be an address that begins with https://" in warning
    assert "SeCrEt" not in warning
    assert tale.slack.calls == []


def test_messenger__gives_each_warning_once_in_a_run(tale: Tale) -> None:
    """A sweep of many pull requests says the same thing once."""
    tale.settings = settings(tale.slack, slack_channel="approvals")
    messenger = tale.messenger()
    tale.happens()
    assert len(tale.deliver(messenger).warnings) == 1
    assert tale.deliver(messenger).warnings == ()


def test_messenger__keeps_the_token_out_of_everything_it_sends(tale: Tale) -> None:
    """The token travels in the header alone."""
    tale.run()
    assert tale.slack.calls
    assert not any(TOKEN in str(call.arguments) for call in tale.slack.calls)
