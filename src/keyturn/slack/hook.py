"""An incoming webhook: new messages only, with nothing to find, update or reply to afterwards."""

import math
import re
from http import HTTPStatus
from typing import Final

from keyturn.slack.line import Line, Reply
from keyturn.slack.message import Message
from keyturn.slack.trouble import NO_WEBHOOK, Refused, refused
from keyturn.slack.web import SILENT
from keyturn.version import VERSION

_CODE: Final = re.compile(r"[a-z0-9_]{1,80}")


class Hook:
    """Posts through a webhook, whose address is a secret and stands in no message of keyturn's."""

    def __init__(self, line: Line, url: str) -> None:
        """Connect nothing yet."""
        self._line = line
        self._url = url

    def post(self, message: Message) -> None:
        """Write a message. Raises `Refused`, `Unreached`, or `Lost` where it may have been written."""
        from slack_sdk import WebhookClient  # noqa: PLC0415 - loaded by the first call

        def send(seconds: float) -> Reply:
            client = WebhookClient(
                self._url,
                timeout=math.ceil(seconds),
                logger=SILENT,
                retry_handlers=[],  # the library's own would post a second time after a lost answer
                user_agent_prefix=f"keyturn/{VERSION}",
            )
            response = client.send(
                text=message.text,
                attachments=list(map(dict, message.attachments)),
                unfurl_links=False,
                unfurl_media=False,
            )
            return Reply(response.status_code, dict(response.headers), response.body)

        reply = self._line.send("post through the webhook", send)
        body = str(reply.body).strip()
        if reply.status == HTTPStatus.OK and body == "ok":
            return
        if reply.status >= HTTPStatus.BAD_REQUEST and _CODE.fullmatch(body):
            raise refused(body, asked="post through the webhook")
        why = f"Something else than a Slack webhook answered (status {reply.status}). Check `slack-webhook-url`."
        raise Refused(NO_WEBHOOK, why)
