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
