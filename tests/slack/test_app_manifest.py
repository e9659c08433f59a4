"""The app that a workspace makes for keyturn: it can do what keyturn does, and nothing more."""

from typing import Any

import pytest
import yaml

from keyturn.slack.app_manifest import app_manifest
from tests.slack.tale import SEVERE, Tale
from tests.slack_server.workspace import Channel
from tests.support.build import review


@pytest.fixture
def manifest() -> dict[str, Any]:
    """The manifest as Slack reads it."""
    read: dict[str, Any] = yaml.safe_load(app_manifest())
    return read


def scopes(manifest: dict[str, Any]) -> frozenset[str]:
    """What the bot may do."""
    assert list(manifest["oauth_config"]["scopes"]) == ["bot"]
    return frozenset(manifest["oauth_config"]["scopes"]["bot"])


@pytest.mark.parametrize("private", [False, True])
def test_app__can_do_all_that_keyturn_does(tale: Tale, manifest: dict[str, Any], private: bool) -> None:
    """With the scopes of the manifest a card is posted, updated, answered, found again and superseded."""
    tale.slack.token.scopes = scopes(manifest)
    tale.slack.workspace.channels[tale.slack.channel.id] = Channel(id=tale.slack.channel.id, private=private)
    tale.run()
    tale.run(0.5, reviews=(review("ann", when=0.2),))
    tale.memory = None
    tale.run(1)
    tale.run(2, head="c" * 40, manifests=(SEVERE,))
    assert tale.warnings == []
    assert len(tale.slack.cards) == 2


@pytest.mark.parametrize("scope", ["chat:write", "channels:history", "groups:history"])
def test_app__can_do_nothing_more(tale: Tale, manifest: dict[str, Any], scope: str) -> None:
    """Without any one of its scopes something goes amiss, and there is no other."""
    assert scopes(manifest) == {"chat:write", "channels:history", "groups:history"}
    tale.slack.token.scopes = scopes(manifest) - {scope}
    tale.slack.channel.private = scope == "groups:history"
    tale.run()
    assert any(f"Add the scope {scope}" in warning for warning in tale.warnings)


def test_app__listens_to_nothing(manifest: dict[str, Any]) -> None:
    """No events, no buttons, no commands, no socket: nothing that would need an endpoint."""
    settings = manifest["settings"]
    assert settings.pop("interactivity") == {"is_enabled": False}
    assert set(settings.values()) == {False}
    assert set(manifest["features"]) == {"bot_user"}


def test_app__keeps_to_slacks_limits_on_manifests(manifest: dict[str, Any]) -> None:
    """A name of at most 35 characters, a bot's of at most 80, a description of at most 140."""
    shown = manifest["display_information"]
    assert len(shown["name"]) <= 35
    assert len(manifest["features"]["bot_user"]["display_name"]) <= 80
    assert len(shown["description"]) <= 140
