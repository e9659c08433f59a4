"""What Slack refuses in a message, counted after escaping.

Two things are stricter than Slack: a message always needs a `text`, because without it notifications and screen readers
have nothing to say, and no interactive element is taken, because nothing here would answer a click.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

LONGEST_POST: Final = 40_000
LONGEST_UPDATE: Final = 4_000
MOST_BLOCKS: Final = 50
MOST_ATTACHMENTS: Final = 100
LONGEST_METADATA: Final = 16_000
LONGEST_ID: Final = 255
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}|good|warning|danger")
_EVENT_TYPE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,255}")


class RefusedError(Exception):
    """Slack's `ok: false`; `more` are further members of the answer."""

    def __init__(self, error: str, **more: object) -> None:
        """Say which error."""
        super().__init__(error)
        self.error = error
        self.more = more


def refuse(error: str, **more: object) -> NoReturn:
    """Answer with Slack's `ok: false`."""
    raise RefusedError(error, **more)


def check_message(message: Mapping[str, Any], *, longest_text: int = LONGEST_POST) -> None:
    """Raise the error that Slack gives for this message, where it gives any."""
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        refuse("no_text")
    if len(text) > longest_text:
        refuse("msg_too_long")
    attachments = _listed(message.get("attachments"), "invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        refuse("too_many_attachments")
    faults = list(_attachments(attachments))
    blocks = _listed(message.get("blocks"), "invalid_blocks_format")
    nested = [block for item in attachments if isinstance(item, dict) for block in item.get("blocks") or ()]
    faults += _blocks(blocks, "/blocks")
    faults += _ids([*blocks, *nested])
    if faults:
        refuse("invalid_blocks", response_metadata={"messages": [f"[ERROR] {fault}" for fault in faults]})
    if (metadata := message.get("metadata")) is not None:
        check_metadata(metadata)


def check_metadata(metadata: object) -> None:
    """Refuse metadata that is not a named event with a flat payload of moderate size."""
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        refuse("invalid_metadata_format")
    if not isinstance(metadata["event_type"], str) or not _EVENT_TYPE.fullmatch(metadata["event_type"]):
        refuse("invalid_metadata_format")
    payload = metadata["event_payload"]
    if not isinstance(payload, dict) or not all(isinstance(value, str | int | bool) for value in payload.values()):
        refuse("invalid_metadata_schema")
    if len(json.dumps(metadata)) > LONGEST_METADATA:
        refuse("metadata_too_large")


def _listed(value: object, error: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        refuse(error)
    return value


def _attachments(attachments: list[Any]) -> Iterator[str]:
    for place, item in enumerate(attachments):
        at = f"/attachments/{place}"
        if not isinstance(item, dict):
            yield f"must be an object [json-pointer:{at}]"
            continue
        if unknown := set(item) - {"color", "blocks", "fallback"}:
            yield f"unexpected {sorted(unknown)} [json-pointer:{at}]"
        if not _COLOUR.fullmatch(str(item.get("color", ""))):
            yield f"invalid color [json-pointer:{at}/color]"
        if not str(item.get("fallback", "")).strip():
            yield f"nothing to fall back to [json-pointer:{at}/fallback]"
        yield from _blocks(item.get("blocks") or [], f"{at}/blocks")


def _blocks(blocks: list[Any], at: str) -> Iterator[str]:
    if len(blocks) > MOST_BLOCKS:
        yield f"no more than {MOST_BLOCKS} items allowed [json-pointer:{at}]"
    for place, block in enumerate(blocks):
        here = f"{at}/{place}"
        kind = block.get("type") if isinstance(block, dict) else None
        check = _KINDS.get(str(kind))
        if check is None:
            yield f"unsupported type: {kind} [json-pointer:{here}/type]"
        else:
            yield from check(block, here)


def _section(block: dict[str, Any], at: str) -> Iterator[str]:
    text, fields = block.get("text"), block.get("fields")
    if text is None and not fields:
        yield f"must define text or fields [json-pointer:{at}]"
    if text is not None:
        yield from _text(text, 3_000, f"{at}/text")
    if fields is not None and not 1 <= len(fields) <= 10:
        yield f"1 to 10 items allowed [json-pointer:{at}/fields]"
    for place, item in enumerate(fields or ()):
        yield from _text(item, 2_000, f"{at}/fields/{place}")
    yield from _only(block, {"type", "block_id", "text", "fields", "expand"}, at)


def _header(block: dict[str, Any], at: str) -> Iterator[str]:
    text = block.get("text")
    if not isinstance(text, dict) or text.get("type") != "plain_text":
        yield f"must be plain_text [json-pointer:{at}/text]"
    else:
        yield from _text(text, 150, f"{at}/text")
    yield from _only(block, {"type", "block_id", "text"}, at)


def _context(block: dict[str, Any], at: str) -> Iterator[str]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= 10:
        yield f"1 to 10 items allowed [json-pointer:{at}/elements]"
        return
    for place, item in enumerate(elements):
        yield from _text(item, 3_000, f"{at}/elements/{place}")
    yield from _only(block, {"type", "block_id", "elements"}, at)


def _divider(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from _only(block, {"type", "block_id"}, at)


_KINDS: Final = {"section": _section, "header": _header, "context": _context, "divider": _divider}


def _text(item: object, longest: int, at: str) -> Iterator[str]:
    if not isinstance(item, dict) or item.get("type") not in {"mrkdwn", "plain_text"}:
        yield f"must be a text object [json-pointer:{at}]"
        return
    text = item.get("text")
    if not isinstance(text, str) or not text:
        yield f"must be more than 0 characters [json-pointer:{at}/text]"
    elif len(text) > longest:
        yield f"must be less than {longest + 1} characters [json-pointer:{at}/text]"
    allowed = {"type", "text", "verbatim"} if item["type"] == "mrkdwn" else {"type", "text", "emoji"}
    yield from _only(item, allowed, at)


def _only(item: dict[str, Any], allowed: set[str], at: str) -> Iterator[str]:
    if unknown := set(item) - allowed:
        yield f"unexpected {sorted(unknown)} [json-pointer:{at}]"


def _ids(blocks: list[Any]) -> Iterator[str]:
    found = [block["block_id"] for block in blocks if isinstance(block, dict) and "block_id" in block]
    for name in sorted({name for name in found if found.count(name) > 1}):
        yield f"block_id {name} is used more than once"
    for name in found:
        if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_ID:
            yield f"block_id {name!r} must have 1 to {LONGEST_ID} characters"
