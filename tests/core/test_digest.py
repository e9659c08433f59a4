"""Identifiers that anybody can compute again."""

import hashlib
import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.core.digest import bytes_digest, manifest_digest, request_id
from keyturn.core.manifest import Action, Impact, Scope

DELETE = Action(
    action_type="delete",
    target="café",
    scope=Scope.DATABASE,
    description="line\nfeed",
    estimated_impact=Impact.NONE,
    files=("b/*", "a"),
)
WRITE = Action(
    action_type="write", target="a", scope=Scope.DIRECTORY, description="b", estimated_impact=Impact.ORGANISATION
)


def test_bytes_digest__sha256() -> None:
    """The digest of bytes is their SHA-256 in hex, and says so."""
    assert bytes_digest(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_manifest_digest__of_no_actions() -> None:
    """Without a manifest the digest is that of the empty list."""
    assert manifest_digest([]) == f"sha256:{hashlib.sha256(b'[]').hexdigest()}"


def test_manifest_digest__of_the_canonical_form() -> None:
    """Keys are sorted, absent ones absent, lists in order, and nothing is escaped that need not be."""
    canonical = (
        '[{"action_type":"delete","description":"line\\nfeed","estimated_impact":"none","files":["b/*","a"],'
        '"scope":"database","target":"café"},{"action_type":"write","description":"b",'
        '"estimated_impact":"organisation","scope":"directory","target":"a"}]'
    )
    assert manifest_digest([DELETE, WRITE]) == bytes_digest(canonical.encode())


def test_manifest_digest__an_empty_list_of_files_is_written() -> None:
    """An action that says it covers nothing differs from one that says nothing."""
    nothing = Action(**{**{name: getattr(WRITE, name) for name in WRITE.__struct_fields__}, "files": ()})
    assert nothing.as_written()["files"] == []
    assert manifest_digest([nothing]) != manifest_digest([WRITE])


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1))
def test_manifest_digest__any_text(text: str) -> None:
    """The digest of any manifest that was read exists, and is that of plain sorted JSON where no text needs escapes."""
    action = Action(
        action_type="write", target=text, scope=Scope.DIRECTORY, description=text, estimated_impact=Impact.NONE
    )
    plain = json.dumps([action.as_written()], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert manifest_digest([action]) == bytes_digest(plain.encode())


@pytest.mark.parametrize("server_url", ["https://github.example", "https://github.example/"])
@pytest.mark.parametrize("repository", ["acme/shop", "Acme/Shop"])
def test_request_id__in_the_url_namespace(server_url: str, repository: str) -> None:
    """The id is a UUIDv5 of the pull request's address, head, base, manifest and generation; case does not count."""
    address = "https://github.example/acme/shop/pull/12#abc.main.sha256:00.1"
    made = request_id(
        server_url=server_url,
        repository=repository,
        number=12,
        head="abc",
        base="main",
        manifest_digest="sha256:00",
        generation=1,
    )
    assert made == str(uuid.uuid5(uuid.NAMESPACE_URL, address))
