"""The exact bytes of files: from GraphQL where its text is the whole truth, else from REST."""

import base64
import binascii
from typing import Final

from msgspec import Struct

from keyturn.core.manifest import LARGEST, FileKind
from keyturn.github.client import Client
from keyturn.github.fields import Fields, incomplete

_REGULAR: Final = {0o100644, 0o100755}
_SYMLINK: Final = 0o120000
_SUBMODULE: Final = 0o160000


def kind_of(entry: Fields) -> FileKind:
    """What a tree entry is."""
    mode = entry.whole("mode")
    if mode in _REGULAR and entry.text("type") == "blob":
        return FileKind.REGULAR
    if mode == _SYMLINK:
        return FileKind.SYMLINK
    return FileKind.SUBMODULE if mode == _SUBMODULE else FileKind.OTHER


def is_readable(entry: Fields) -> bool:
    """Whether there is a blob behind a tree entry, of at most 256 KiB."""
    return entry.maybe("object") is not None and entry.whole("size") <= LARGEST


def shown(entry: Fields) -> bytes | None:
    """The bytes of the blob behind a tree entry where GraphQL gives them whole, as text; else `None`."""
    blob = entry.maybe("object")
    return _as_text(blob, entry.whole("size")) if blob is not None and is_readable(entry) else None


class Blobs(Struct, frozen=True):
    """Reads the bytes of blobs exactly."""

    client: Client

    def of_entry(self, entry: Fields) -> bytes | None:
        """The bytes of the blob behind a tree entry; `None` where it is no blob, or larger than 256 KiB."""
        content = shown(entry)
        if content is None and is_readable(entry):
            return self.by_oid(entry.text("oid"), entry.whole("size"))
        return content

    def by_oid(self, oid: str, size: int) -> bytes:
        """The bytes of a blob by its name, from REST. Raises `Unavailable` where it has not this size."""
        where = f"blob {oid[:10]}"
        blob = Fields.of(self.client.rest("GET", f"{self.client.home}/git/blobs/{oid}"), where)
        try:
            content = base64.b64decode(blob.text("content"))
        except (binascii.Error, ValueError):
            raise incomplete(where, "is no base64") from None
        if len(content) != size:
            raise incomplete(where, f"should have {size} bytes and has {len(content)}")
        return content


def _as_text(blob: Fields, size: int) -> bytes | None:
    """The bytes of a text that GitHub gives whole.

    `None` where it is cut or binary, or where bytes that are no UTF-8 may have been replaced.
    """
    text = blob.text_or_none("text")
    if text is None or blob.flag("isTruncated") or "\N{REPLACEMENT CHARACTER}" in text:
        return None
    content = text.encode(errors="surrogatepass")
    return content if len(content) == size else None
