"""Whether the ledger can be written, and its branch is kept from being rewritten."""

from collections.abc import Iterable

from keyturn.doctor.finding import Finding, good, warning, wrong
from keyturn.doctor.setup import Setup, TokenKind

_PROTECT = "Settings, Rules, Rulesets: a ruleset for the ledger's branch"


def ledger(setup: Setup) -> Iterable[Finding]:
    """What came of writing on a scratch branch, and what the rules of the ledger's branch forbid."""
    yield _trial(setup)
    if setup.ledger is not None and setup.ledger.left_behind:
        yield warning(
            "scratch branch",
            f"the scratch branch `{setup.ledger.branch}` could not be removed",
            setup.ledger.left_behind,
            f"Delete the branch `{setup.ledger.branch}` by hand.",
        )
    missing = {"non_fast_forward": "force pushes", "deletion": "deletion"}
    open_to = [words for kind, words in missing.items() if kind not in setup.ledger_rules]
    if open_to:
        yield warning(
            "ledger branch",
            f"nothing keeps `{setup.ledger_branch}` from {' and '.join(open_to)}",
            "keyturn notices a rewound ledger, and then approvals given before count no more.",
            f"{_PROTECT} that forbids {' and '.join(open_to)}, and lets only keyturn's App update it.",
        )
    elif "update" not in setup.ledger_rules:
        yield warning(
            "ledger branch",
            f"everybody who may write can append to `{setup.ledger_branch}`",
            "Entries that keyturn did not write break the chain, and approvals given before count no more.",
            f"{_PROTECT}: Restrict updates, with keyturn's App as the only one on the bypass list.",
        )
    else:
        yield good(
            "ledger branch", f"`{setup.ledger_branch}` can be neither rewritten nor deleted, and few may update it"
        )


def _trial(setup: Setup) -> Finding:
    title = "ledger writable"
    if setup.ledger is None:
        return warning(
            title,
            "writing the ledger was not tried",
            "Without its ledger keyturn lets nothing pass.",
            "Run `keyturn doctor` without `--read-only`: it tries on a scratch branch, which it removes.",
        )
    if setup.ledger.problem:
        return wrong(
            title,
            "the ledger cannot be written",
            setup.ledger.problem,
            "Mend what GitHub says there; until then every verdict is `error`.",
        )
    if not setup.ledger.signed:
        return wrong(
            title,
            "commits that this token makes are not signed by GitHub",
            "An entry counts only in a commit that GitHub signed.",
            "Use the token of a GitHub App, or the workflow's own.",
        )
    there = (
        f"`{setup.ledger_branch}` is there"
        if setup.ledger_exists
        else f"`{setup.ledger_branch}` comes with the first entry"
    )
    whose = f", tried as {setup.login}" if setup.token is TokenKind.PERSON else ""
    return good(title, f"a signed commit could be appended to a scratch branch{whose}; {there}")
