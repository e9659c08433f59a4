"""The words of test cases."""

from enum import StrEnum, unique

UNMATCHED = "unmatched"
"""What a case expects where no rule gave the tier."""


@unique
class Says(StrEnum):
    """What a reviewer says."""

    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"


@unique
class Result(StrEnum):
    """Where a check stands."""

    SUCCESS = "success"
    PENDING = "pending"
    FAILURE = "failure"


@unique
class Becomes(StrEnum):
    """What becomes of a pull request."""

    DRAFT = "draft"
    READY = "ready"
    CLOSED = "closed"
    MERGED = "merged"


@unique
class Access(StrEnum):
    """What a person may do in the repository."""

    NONE = "none"
    READ = "read"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"


@unique
class LedgerBecomes(StrEnum):
    """What somebody who may push to its branch makes of the ledger."""

    EDITED = "edited"
    """The newest entry was changed by a commit on top."""
    REMOVED = "removed"
    """The newest entry was removed by a commit on top."""
    REWOUND = "rewound"
    """The branch was force-pushed to before its newest entry."""
    DELETED = "deleted"
    """The branch is gone."""


@unique
class RuleBookBecomes(StrEnum):
    """What becomes of the rule book on the default branch."""

    BROKEN = "broken"
    MISSING = "missing"
    RESTORED = "restored"


@unique
class Outage(StrEnum):
    """What keyturn cannot do from now on."""

    GITHUB = "github"
    """Nothing can be read, and so nothing written."""
    LEDGER = "ledger"
    """Nothing can be written to the ledger."""
    OVER = "over"


@unique
class ToIssue(StrEnum):
    """What somebody does to an issue."""

    CLOSE = "close"
    CLOSE_BY_COMMIT = "close_by_commit"
    REOPEN = "reopen"


@unique
class IssueState(StrEnum):
    """Where the issue of an override's review stands."""

    OPEN = "open"
    CLOSED = "closed"
