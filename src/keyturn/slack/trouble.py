"""How a call to Slack can end badly: what is certain about it, and what to do, in a sentence without secrets."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final


class Trouble(Exception):  # noqa: N818 - each subclass says what it is
    """A call that came to nothing; the message is for the log."""


class Refused(Trouble):
    """Slack understood, and did not do it; `code` is its word for why."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.code = code


NO_WEBHOOK: Final = "no_webhook"
"""Our own code for an address behind which no Slack webhook answers."""


class Unreached(Trouble):
    """Slack certainly did nothing, and will not within this run: not reached, too busy, or out of time."""


class Lost(Trouble):
    """No usable answer came; Slack may have done it nevertheless."""


class Failed(Lost):
    """Slack, or what stands before it, said that it failed; most likely nothing was done."""


UNSURE: Final = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Refusals after which Slack may have done what was asked all the same."""

GONE: Final = frozenset({"message_not_found", "thread_not_found"})
"""Refusals that say that a message is not there any more."""

NOT_EDITABLE: Final = GONE | {"cant_update_message", "edit_window_closed"}
"""Refusals after which a card can never be brought up to date."""

OF_THE_MESSAGE: Final = frozenset(
    {
        "attachment_payload_limit_exceeded",
        "block_mismatch",
        "invalid_arguments",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
    }
)
"""Refusals of one message that say nothing about the next."""

_INVITE: Final = "Invite the bot to the channel: type `/invite` and the app's name there."
_COPY: Final = (
    "Copy the Bot User OAuth Token (it begins with xoxb-) from the app's page OAuth & Permissions "
    "into the secret behind the input `slack-token`."
)
_CHANNEL: Final = (
    "Give the channel's id, as in C0123456789, which stands at the end of the channel's details, in the input "
    "`slack-channel` or as `slack.channel` in the rule book; a private channel also needs the bot as a member."
)
_POSTING: Final = "Let the app post there: the channel's settings, Permissions, Posting permissions."
_DEFECT: Final = "This is a defect of keyturn: please report it with this line."

_ADVICE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "account_inactive": f"The app was removed from the workspace: install it again. {_COPY}",
        "action_prohibited": "An administrator restricts posting by this webhook: ask them, or make a new one.",
        "cant_update_message": "The card was posted by another app or token.",
        "channel_is_archived": "Unarchive the channel, or make a webhook for another one.",
        "channel_not_found": _CHANNEL,
        "edit_window_closed": "The workspace forbids editing old messages: lift that in its settings.",
        "ekm_access_denied": "An administrator has suspended posting to this workspace.",
        "invalid_auth": _COPY,
        "invalid_token": "The webhook was revoked: make a new one and set the input `slack-webhook-url`.",
        "is_archived": "Unarchive the channel, or name another one in `slack-channel` or `slack.channel`.",
        "is_inactive": "Unarchive the channel, or name another one in `slack-channel` or `slack.channel`.",
        "message_limit_exceeded": "The workspace has reached its limit of messages.",
        "no_service": "The webhook does not exist any more: make a new one and set the input `slack-webhook-url`.",
        "no_team": "The webhook does not exist any more: make a new one and set the input `slack-webhook-url`.",
        "not_allowed_token_type": _COPY,
        "not_authed": _COPY,
        "not_in_channel": _INVITE,
        "org_login_required": "The workspace is being moved to another organisation; try again later.",
        "restricted_action": _POSTING,
        "restricted_action_non_threadable_channel": "Replies are forbidden in that channel; name another one.",
        "restricted_action_read_only_channel": _POSTING,
        "restricted_action_thread_only_channel": "Only replies are allowed in that channel; name another one.",
        "restricted_action_thread_locked": "The card's thread is locked; a new request gets a new card.",
        "team_access_not_granted": "Grant the app access to the workspace that the channel is in.",
        "team_not_found": "The token is an organisation's: install the app in the channel's own workspace.",
        "token_expired": f"The token has expired. {_COPY}",
        "token_revoked": f"The token was revoked. {_COPY}",
        "two_factor_setup_required": "The workspace asks the app's installer to set up two-factor sign-in.",
        "user_not_found": "The webhook's owner is gone: make a new one and set the input `slack-webhook-url`.",
    }
)


def refused(code: str, *, asked: str, needed: str = "", pointers: Iterable[str] = ()) -> Refused:
    """What Slack's `ok: false` means.

    `asked` is what keyturn wanted, `needed` the scopes that Slack misses, `pointers` the message's places at fault.
    """
    if code == "missing_scope":
        scopes = needed or "that this takes"
        fix = f"Add the scope {scopes} on the app's page OAuth & Permissions, and install the app again."
    else:
        fix = _ADVICE.get(code, _DEFECT)
    at = f" at {', '.join(pointers)}" if pointers else ""
    return Refused(code, f"Slack refused to {asked} ({code}{at}). {fix}")


def gone() -> Refused:
    """What Slack would say of a message that was deleted, where it shows that in another way."""
    return refused("message_not_found", asked="find the card")
