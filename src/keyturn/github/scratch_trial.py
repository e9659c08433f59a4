"""Tries what only writing shows: a ledger on a scratch branch, a verdict on its commit, and permissions."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from keyturn.doctor.setup import LedgerTrial, Probe
from keyturn.github.client import Client
from keyturn.github.fields import Fields, Json
from keyturn.github.ledger_branch import LedgerBranch, branch_head
from keyturn.github.refusals import Refusal
from keyturn.ports import LedgerMoved, Unavailable
from keyturn.settings import Publish

_NOBODY: Final = 2_147_483_647
"""No issue or pull request has this number: a write to it does nothing, and is refused for another reason."""
_NAME: Final = "keyturn doctor"
_READS: Final[Mapping[str, str]] = {
    "contents: read": "/git/matching-refs/heads/keyturn",
    "pull-requests: read": "/pulls?per_page=1",
    "actions: read": "/actions/runs?per_page=1",
    "checks: read": "/commits/{commit}/check-runs?per_page=1",
    "statuses: read": "/commits/{commit}/status?per_page=1",
}
_WRITES: Final[Mapping[str, tuple[str, Mapping[str, Json]]]] = {
    # No title and a milestone that is not there: GitHub refuses such an issue, but first those who may write none.
    "issues: write": ("/issues", {"title": "", "milestone": _NOBODY}),
    "pull-requests: write": (f"/pulls/{_NOBODY}/requested_reviewers", {"reviewers": []}),
}


class ScratchTrial(Struct, frozen=True):
    """Tries on one repository; `branch` is the scratch branch, of a name that nobody uses."""

    client: Client
    branch: str
    publish: Publish

    def reads(self, commit: str) -> tuple[Probe, ...]:
        """Try each permission to read; `commit` is any commit."""
        return tuple(
            self._probe(permission, "GET", path.replace("{commit}", commit), None)
            for permission, path in _READS.items()
        )

    def writes(self) -> tuple[LedgerTrial, tuple[Probe, ...]]:
        """Append to a ledger on the scratch branch, publish a verdict on that commit, and remove the branch.

        Permissions to write on issues and pull requests are tried on a number that nothing has.
        """
        probes = [self._probe(permission, "POST", path, body) for permission, (path, body) in _WRITES.items()]
        try:
            commit = LedgerBranch(self.client, self.branch).append({"trial.txt": b"\n"}, None, "Try the ledger")
            signed = self._is_signed(commit)
            probes += self._verdict(commit)
            problem = ""
        except (Unavailable, LedgerMoved) as failed:
            signed, problem = True, str(failed)
        left = self._remove()
        return LedgerTrial(branch=self.branch, problem=problem, signed=signed, left_behind=left), tuple(probes)

    def _is_signed(self, commit: str) -> bool:
        shown = Fields.of(self.client.rest("GET", f"{self.client.home}/commits/{commit}"), "commit")
        return shown.at("commit", "verification").flag("verified")

    def _verdict(self, commit: str) -> Iterator[Probe]:
        """Publish on a commit that no pull request has."""
        if self.publish is Publish.CHECK:
            body: dict[str, Json] = {"name": _NAME, "head_sha": commit, "status": "queued"}
            yield self._probe("checks: write", "POST", "/check-runs", body)
        else:
            yield self._probe("statuses: write", "POST", f"/statuses/{commit}", {"state": "pending", "context": _NAME})

    def _remove(self) -> str:
        """Remove the scratch branch; the refusal, empty where there is nothing left."""
        try:
            if branch_head(self.client, self.branch) is not None:
                self.client.rest("DELETE", f"{self.client.home}/git/refs/heads/{quote(self.branch)}")
        except Unavailable as failed:
            return str(failed)
        return ""

    def _probe(self, permission: str, method: str, path: str, body: Mapping[str, Json] | None) -> Probe:
        """Only a refusal for want of rights counts against the permission: what is not found was looked for."""
        try:
            self.client.rest(method, f"{self.client.home}{path}", body=body)
        except Refusal as refused:
            missing = refused.status == HTTPStatus.FORBIDDEN or (
                refused.status == HTTPStatus.NOT_FOUND and method == "GET"
            )
            if missing:
                return Probe(permission, str(refused))
        return Probe(permission)
