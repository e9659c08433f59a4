"""What an audit of the ledger found, and what it cannot know, for a person at a terminal."""

from collections.abc import Iterable, Sequence

from keyturn.core.fault import Finding
from keyturn.core.ledger_walk import LedgerWalk, pull_requests
from keyturn.render.styled import Line, Piece, Style, capped, faint, heading, line, safe
from keyturn.render.words import counted

MOST_FINDINGS = 200
_LONGEST = 600
_ACCOUNT_SHARED = (
    "That keyturn's account acted only for keyturn: with the workflow's own token, every workflow of the repository "
    "can write in its name. An App of keyturn's own closes that."
)
_SIGNATURES = (
    "That GitHub made the signatures: they are seen, and not checked. GitHub checks them when it is asked "
    "(keyturn ledger verify OWNER/REPO), and so does git verify-commit with GitHub's public key."
)
_REWOUND = (
    "That the branch was not rewound or rewritten before it was fetched: the verdicts on GitHub name the entries "
    "that must be there, and are not in a clone."
)


def audited(walk: LedgerWalk, findings: Sequence[Finding], unproven: Iterable[str]) -> Iterable[Line]:
    """The whole report: the result in a line, every finding, and what the audit cannot prove."""
    new = [finding for finding in findings if not finding.recorded]
    known = [finding for finding in findings if finding.recorded]
    result = f"{counted(len(new), 'thing')} wrong with the ledger" if new else "The ledger holds"
    yield line(Piece(f"{result}.", Style.BAD if new else Style.GOOD))
    entries = counted(len(walk.tip.entries()), "entry", "entries")
    about = counted(len(pull_requests(walk.tip.files)), "pull request")
    commits = counted(len(walk.commits), "commit")
    yield line(faint(f"{entries} about {about} in {commits}, at {walk.tip.commit}"), indent=2)
    if new:
        yield from heading("Found")
        yield from capped((_told(finding, Style.BAD) for finding in new), MOST_FINDINGS)
    if known:
        yield from heading("Known to keyturn, which has trusted nothing before it since")
        yield from capped((_told(finding, Style.WAITING) for finding in known), MOST_FINDINGS)
    yield from heading("Not proven by this")
    yield from (line("- ", safe(what, _LONGEST), indent=2) for what in unproven)


def _told(finding: Finding, style: Style) -> Line:
    return line(Piece(f"{finding.fault:<10}", style), safe(finding.what, _LONGEST), indent=2)


def unproven_on_github(walk: LedgerWalk, *, account_given: bool, commits_asked: int) -> tuple[str, ...]:
    """What reading the ledger on GitHub leaves open."""
    return (
        _account(walk, "the account of this token, or of the first commit", account_given=account_given),
        _ACCOUNT_SHARED,
        f"What verdicts say that stand on other commits than the last {commits_asked} of each pull request.",
    )


def unproven_in_clone(walk: LedgerWalk, *, account_given: bool) -> tuple[str, ...]:
    """What a local clone alone cannot prove."""
    return (
        _account(walk, "the author of the first commit", account_given=account_given),
        _SIGNATURES,
        "That the authors are the accounts they say they are, which follows from the signatures only.",
        _REWOUND,
        "That this is what GitHub has now: fetch before you look.",
    )


def _account(walk: LedgerWalk, taken: str, *, account_given: bool) -> str:
    if account_given:
        return f"That {walk.account} is keyturn's own account: that was said by whoever asked."
    return (
        f"That {walk.account} is keyturn's own account: it was taken for that, being {taken}. Say --account to hold "
        "the ledger against another."
    )
