"""Appends to the ledger branch: one commit at a time, only on top of what was read, never twice."""

import base64
import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from keyturn.core.decision import ReasonCode
from keyturn.github.client import Client
from keyturn.github.fields import Fields, Json
from keyturn.github.query import query
from keyturn.github.refusals import QueryFailed, Refusal
from keyturn.github.resending import write_once
from keyturn.ports import LedgerMoved, Unavailable

SKIP_CI: Final = "[skip ci]"
"""The end of every headline: entries start no workflow."""

README: Final = """\
# The ledger of keyturn

keyturn writes down here what it decided about pull requests, and why: one JSON file for each evaluation that found
something new, in `pulls/<number div 1000>/<number>/`. Each entry names the hash of the one before, and every commit is
made by keyturn's own account and signed by GitHub.

Change nothing here, and never merge this branch: what was edited, removed or added by hand no longer counts, and the
approvals that it held have to be given again. `keyturn ledger log` tells the history in words, `keyturn ledger verify`
checks that it is whole.
"""
_BOOTSTRAP: Final = f"Start the ledger {SKIP_CI}"
_STALE: Final = ("expected branch to point to", "branch not found")
"""How GitHub says that the branch is not where it was, or is no more."""
_RULED_OUT: Final = ("rule violation", "protected branch", "protected ref", "must be made through a pull request")


class LedgerBranch:
    """The ledger branch of the client's repository."""

    def __init__(self, client: Client, name: str) -> None:
        """Ask nothing yet."""
        self._client = client
        self._name = name

    def append(self, files: Mapping[str, bytes], tip: str | None, headline: str) -> str:
        """Append files in one commit on top of `tip` and return that commit; without a tip, make the branch first.

        `[skip ci]` is added to a headline that lacks it. Where the reply is lost, the branch itself tells whether the
        commit was made. Raises `LedgerMoved` where the branch is not at `tip`, and `Unavailable` where GitHub refuses.
        """
        headline = headline if headline.endswith(SKIP_CI) else f"{headline} {SKIP_CI}"
        try:
            start = tip if tip is not None else self._make_branch()
            return write_once(
                self._client, lambda: self._commit(files, start, headline), lambda: self._committed(files, start)
            )
        except (QueryFailed, Refusal) as refused:
            raise self._explained(refused) from refused

    def _commit(self, files: Mapping[str, bytes], tip: str, headline: str) -> str:
        additions: list[Json] = [
            {"path": path, "contents": base64.b64encode(content).decode("ascii")} for path, content in files.items()
        ]
        answer = self._client.mutate(
            query("append_to_ledger"),
            {
                "input": {
                    "branch": {"repositoryNameWithOwner": self._client.repository, "branchName": self._name},
                    "expectedHeadOid": tip,
                    "message": {"headline": headline},
                    "fileChanges": {"additions": additions},
                }
            },
        )
        return answer.at("createCommitOnBranch", "commit").text("oid")

    def _committed(self, files: Mapping[str, bytes], tip: str) -> str | None:
        """The commit that a lost reply was about; `None` where the branch is still at `tip`.

        It is ours if it stands on `tip`, GitHub signed it, and it changes exactly these files to exactly these bytes.
        Raises `LedgerMoved` where the branch is anywhere else.
        """
        head = branch_head(self._client, self._name)
        if head == tip:
            return None
        if head is not None:
            commit = Fields.of(self._client.rest("GET", f"{self._client.home}/commits/{head}"), "commit")
            parents = [parent.text("sha") for parent in commit.each("parents")]
            signed = commit.at("commit", "verification").flag("verified")
            blobs = {file.text("filename"): file.text("sha") for file in commit.each("files")}
            if signed and parents == [tip] and blobs == {path: _blob(content) for path, content in files.items()}:
                return head
        raise self._moved()

    # The branch itself

    def _make_branch(self) -> str:
        """Make the branch with a first commit that has no parent, and return that commit.

        Raises `LedgerMoved` where somebody else makes the branch meanwhile.
        """
        readme: Json = {"path": "README.md", "mode": "100644", "type": "blob", "content": README}
        tree = self._made("trees", {"tree": [readme]})
        commit = self._made("commits", {"message": _BOOTSTRAP, "tree": tree, "parents": []})
        return write_once(self._client, lambda: self._point_at(commit), lambda: self._pointed_at(commit))

    def _made(self, kind: str, body: Mapping[str, Json]) -> str:
        """Make a git object; one that is made twice is the same, or is left for git to clean up."""
        path = f"{self._client.home}/git/{kind}"

        def send() -> str:
            return Fields.of(self._client.rest("POST", path, body=body), kind).text("sha")

        return write_once(self._client, send, lambda: None)

    def _point_at(self, commit: str) -> str:
        body = {"ref": f"refs/heads/{self._name}", "sha": commit}
        try:
            self._client.rest("POST", f"{self._client.home}/git/refs", body=body)
        except Refusal as refused:
            if "already exists" in refused.said.lower():
                raise self._moved() from refused
            raise
        return commit

    def _pointed_at(self, commit: str) -> str | None:
        head = branch_head(self._client, self._name)
        if head in (None, commit):
            return head
        raise self._moved()

    # In words

    def _moved(self) -> LedgerMoved:
        return LedgerMoved(f"the branch {self._name} is not where it was read")

    def _explained(self, refused: QueryFailed | Refusal) -> Exception:
        said = refused.said if isinstance(refused, Refusal) else " ".join(error.said for error in refused.errors)
        types = {error.type for error in refused.errors} if isinstance(refused, QueryFailed) else set()
        if "STALE_DATA" in types or any(shape in said.lower() for shape in _STALE):
            return self._moved()
        why = f"The ledger, branch {self._name}, could not be written. {refused}"
        if any(shape in said.lower() for shape in _RULED_OUT):
            why = (
                f"A rule of this repository or its organisation keeps keyturn from writing the branch {self._name}: "
                f"{' '.join(said.split())} Take {self._name} out of every ruleset that covers all branches (in the "
                "ruleset: Target branches, Exclude by pattern), or let keyturn's own App bypass that ruleset."
            )
        return Unavailable(ReasonCode.LEDGER_UNWRITABLE, why)


def branch_head(client: Client, name: str) -> str | None:
    """The commit that a branch is at now; `None` where there is no such branch. Raises `Unavailable`."""
    try:
        ref = client.rest("GET", f"{client.home}/git/ref/heads/{quote(name)}")
    except Refusal as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            return None
        raise
    return Fields.of(ref, "ref").at("object").text("sha")


def _blob(content: bytes) -> str:
    """The name that git gives to a file's bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
