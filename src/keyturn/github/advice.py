"""What to do about a refusal: which permission the token lacks, and the line of YAML that grants it."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

_BY_ADDRESS: Final = (
    ("POST", r"/statuses/.*", "statuses: write"),
    ("POST|PATCH", r"/check-runs.*", "checks: write"),
    ("GET", r"/(commits/.*/)?check-(runs|suites).*", "checks: read"),
    ("GET", r"/commits/[^/]+/status(es)?", "statuses: read"),
    ("GET", r"/commits/[^/]+/pulls", "pull-requests: read"),
    ("POST|PATCH|DELETE", r"/git/.*", "contents: write"),
    ("GET", r"/(git|contents|compare|commits|activity)(/.*)?", "contents: read"),
    ("POST|DELETE", r"/pulls/\d+/.*", "pull-requests: write"),
    ("GET", r"/pulls.*", "pull-requests: read"),
    ("POST|DELETE", r"/issues/\d+/labels.*", "pull-requests: write"),
    ("POST|PATCH", r"/issues/comments/.*", "pull-requests: write"),
    ("POST", r"/issues/\d+/(comments|reactions)", "pull-requests: write"),
    ("POST", r"/labels", "issues: write"),
    ("POST|PATCH", r"/issues(/\d+)?", "issues: write"),
    ("GET", r"/issues.*", "issues: read"),
    ("GET", r"/actions/.*", "actions: read"),
    ("GET", r"/collaborators/.*", "metadata: read"),
    ("GET", r"/orgs/.*", "members: read"),
)
"""Method, path behind the repository, permission: the first that matches counts."""
_HOME: Final = r"(/repos/[^/]+/[^/]+)?"
_BY_FIELD: Final = {
    "createCommitOnBranch": "contents: write",
    "addReaction": "pull-requests: write",
    "addComment": "pull-requests: write",
    "updateIssueComment": "pull-requests: write",
    "statusCheckRollup": "checks: read and statuses: read",
    "contexts": "checks: read and statuses: read",
    "workflowRun": "actions: read",
    "checkSuite": "checks: read",
    "debts": "issues: read",
    "issues": "issues: read",
    "issue": "issues: read",
    "members": "members: read",
    "file": "contents: read",
    "history": "contents: read",
    "object": "contents: read",
    "ledger": "contents: read",
    "rules": "contents: read",
    "defaultBranchRef": "contents: read",
    "mergeQueue": "pull-requests: read",
    "pullRequests": "pull-requests: read",
    "pullRequest": "pull-requests: read",
    "repository": "contents: read and pull-requests: read",
}
_ACCEPTED: Final = "x-accepted-github-permissions"


def token_refused() -> str:
    """What to do when GitHub does not take the token at all."""
    return (
        "GitHub does not accept the token. Pass a valid one in the input `github-token`: "
        "an App's expires after an hour, the workflow's own when its job ends"
    )


def permission_for_address(method: str, path: str, headers: Mapping[str, str]) -> str | None:
    """The permission that a REST call needs: as GitHub names it in its answer, else as its reference does."""
    if accepted := headers.get(_ACCEPTED):
        return _as_yaml(accepted)
    bare = path.partition("?")[0]
    for verb, address, permission in _BY_ADDRESS:
        if re.fullmatch(verb, method) and re.fullmatch(_HOME + address, bare):
            return permission
    return None


def permission_for_fields(path: Sequence[str]) -> str | None:
    """The permission that a part of a GraphQL query needs, by the innermost field that is known."""
    for name in reversed(path):
        plain = "pullRequest" if re.fullmatch(r"pr\d+", name) else name
        if plain in _BY_FIELD:
            return _BY_FIELD[plain]
    return None


def grant(permission: str | None) -> str:
    """What to write into the workflow so that the token has this permission."""
    if permission is None:
        return "Check the token's permissions, and that it may see this repository"
    if permission.startswith("members:"):
        return (
            "The token lacks the organisation permission `members: read`, which no workflow's own token can have: "
            "use a GitHub App's token with `Members: read`, or list people instead of teams"
        )
    lines = permission.replace(" and ", "` and `")
    return f"The token lacks `{lines}`: add `{lines}` under `permissions:` of the job, or grant it to the App"


def _as_yaml(accepted: str) -> str:
    """`issues=write; pull_requests=write` (any of these will do; a comma joins those needed together) as YAML."""
    first = accepted.partition(";")[0]
    parts = (part.strip().replace("_", "-").partition("=") for part in first.split(","))
    return " and ".join(f"{name}: {level}" for name, _, level in parts if name)
