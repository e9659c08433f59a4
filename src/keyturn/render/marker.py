"""The hidden first line by which keyturn finds its own comments and issues again, and what it keeps there."""

import base64
import binascii
import json
import re
from collections.abc import Mapping

_MARKER = re.compile(r"<!-- keyturn:(?P<payload>[A-Za-z0-9+/]{0,8192}={0,2}) -->")


def marker(values: Mapping[str, object]) -> str:
    """The line that holds these values, which must be JSON; equal values give the same line."""
    text = json.dumps(dict(values), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"<!-- keyturn:{base64.b64encode(text.encode('ascii')).decode('ascii')} -->"


def read_marker(body: str) -> dict[str, object] | None:
    """The values in the first line of a text; `None` where that line is no marker or holds no JSON object.

    It does not prove who wrote the text: anybody can copy a marker.
    """
    found = _MARKER.fullmatch(body.partition("\n")[0].rstrip("\r"))
    if found is None:
        return None
    try:
        values = json.loads(base64.b64decode(found["payload"], validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None
