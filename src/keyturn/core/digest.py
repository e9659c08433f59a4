"""Identifiers that anybody can recompute: digests of the manifest and of files, and the id of a request."""

import hashlib
import uuid
from collections.abc import Iterable

import rfc8785

from keyturn.core.manifest import Action


def bytes_digest(content: bytes) -> str:
    """`sha256:` and the hex SHA-256 of exactly these bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def manifest_digest(actions: Iterable[Action]) -> str:
    """`sha256:` and the hex SHA-256 of the RFC 8785 form of the whole action list as written, absent keys absent."""
    return bytes_digest(rfc8785.dumps([action.as_written() for action in actions]))


def request_id(
    *, server_url: str, repository: str, number: int, head: str, base: str, manifest_digest: str, generation: int
) -> str:
    """UUIDv5, in the URL namespace, of `<server url>/<owner>/<repo>/pull/<number>#<head>.<base>.<digest>.<generation>`.

    `repository` is `owner/repo` in any case, `head` the full commit name, `base` the base branch, `generation` from 1.
    """
    address = f"{server_url.rstrip('/')}/{repository.lower()}/pull/{number}"
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{address}#{head}.{base}.{manifest_digest}.{generation}"))
