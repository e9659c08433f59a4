"""Who is there: accounts, what they may do, and the commits they had a part in."""

from enum import IntEnum, StrEnum, unique

from msgspec import Struct


@unique
class AccountKind(StrEnum):
    """What stands behind a login; only a `user` is a person."""

    USER = "User"
    BOT = "Bot"
    OTHER = "Other"
    """Organisations, mannequins, enterprise-managed placeholders: never a person."""


class Account(Struct, frozen=True):
    """A GitHub account; `login` as REST writes it, bots as `name[bot]`."""

    login: str
    kind: AccountKind
    id: int | None = None

    @staticmethod
    def named(login: str) -> "Account":
        """The account that a login by itself stands for: a bot by its ending `[bot]`, else taken for a person."""
        return Account(login, AccountKind.BOT if login.casefold().endswith("[bot]") else AccountKind.USER)

    @property
    def key(self) -> str:
        """The login for comparisons: GitHub compares without case."""
        return self.login.casefold()

    def is_same(self, other: "Account") -> bool:
        """Whether both are one account: by login, or by id where both have one, so that a new login hides nobody."""
        return self.key == other.key or (self.id is not None and self.id == other.id)

    @property
    def is_person(self) -> bool:
        """Whether a human may stand behind it."""
        return self.kind is AccountKind.USER


@unique
class Role(IntEnum):
    """What an account may do in the repository; roles compare by power."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5


class Identity(Struct, frozen=True):
    """A name and address in a commit, with the account GitHub maps it to, if any."""

    name: str
    email: str
    account: Account | None


class Commit(Struct, frozen=True, kw_only=True):
    """One commit of the pull request, whichever parent it came in through.

    `authors` holds the author first, then the co-authors of its trailers.
    """

    oid: str
    authors: tuple[Identity, ...]
    committer: Identity
    signed_by_github: bool
