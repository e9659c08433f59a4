"""Whether the verdict is required on every protected branch, under its own name, from the App that gives it."""

from collections.abc import Iterable

from keyturn.core.rulebook import Mode
from keyturn.doctor.finding import Finding, good, warning, wrong
from keyturn.doctor.setup import Branch, RequiredCheck, Setup

_WHERE = "Settings, Rules, Rulesets: a ruleset for this branch, Require status checks to pass"


def required_check(setup: Setup, mode: Mode | None) -> Iterable[Finding]:
    """One finding or more for each protected branch; `mode` is the rule book's, `None` where there is none.

    The ledger's branch needs no verdict.
    """
    if mode is Mode.OBSERVE:
        yield from _observing(setup)
        return
    if not any(branch.name == setup.default_branch for branch in setup.branches):
        yield wrong(
            f"required check on {setup.default_branch}",
            f"`{setup.default_branch}`, the default branch, is not protected",
            "Nothing on GitHub waits for the verdict: whoever may write can merge or push.",
            f"{_WHERE}; add `{setup.check_name}`, and choose keyturn's App as its source.",
        )
    for branch in setup.branches:
        if branch.name != setup.ledger_branch:
            yield from _on(branch, setup)


def _observing(setup: Setup) -> Iterable[Finding]:
    """While it observes, keyturn publishes no verdict that could be required."""
    title = "required check"
    requiring = [
        branch.name
        for branch in setup.branches
        if any(check.name == name_on(branch.name, setup) for check in branch.checks)
    ]
    if requiring:
        told = ", ".join(f"`{name}`" for name in requiring)
        yield wrong(
            title,
            f"{told} requires the verdict, and the rule book says `mode: observe`",
            f"While it observes, keyturn publishes `{setup.check_name} (observe)` only, so that nothing can merge.",
            "Set `mode: enforce` in the rule book, or take the check out of the rules until then.",
        )
    else:
        yield warning(
            title,
            "keyturn only observes: no branch requires its verdict",
            "Pull requests merge whatever keyturn decides.",
            "When it has proved itself, set `mode: enforce`, and require the verdict from keyturn's App alone. "
            f"{_WHERE}; add `{setup.check_name}`.",
        )


def name_on(branch: str, setup: Setup) -> str:
    """The name under which verdicts for a branch are published."""
    return setup.check_name if branch == setup.default_branch else f"{setup.check_name}: {branch}"


def _on(branch: Branch, setup: Setup) -> Iterable[Finding]:
    title, name = f"required check on {branch.name}", name_on(branch.name, setup)
    found = [check for check in branch.checks if check.name == name]
    foreign = [check.name for check in branch.checks if check.name == setup.check_name != name]
    if foreign:
        yield wrong(
            title,
            f"`{branch.name}` requires `{setup.check_name}`, the verdict for `{setup.default_branch}`",
            "It is never published for this branch, so that nothing merges; and where one commit heads two pull "
            "requests, a verdict for the other branch would count.",
            f"Require `{name}` in its place.",
        )
    if not found:
        yield _missing(branch, title, name)
        return
    if any(check.app is None for check in found):
        yield wrong(
            title,
            f"`{name}` is required on `{branch.name}`, from any source",
            "Everybody who may write, and every workflow, can give this verdict.",
            f"{_WHERE}: choose the App of keyturn as the source of `{name}` ({found[0].source}).",
        )
    else:
        yield _pinned(branch, title, name, found, setup)


def _missing(branch: Branch, title: str, name: str) -> Finding:
    if branch.classic_unread:
        return warning(
            title,
            f"no ruleset requires `{name}` on `{branch.name}`, and its classic protection cannot be read",
            "Classic branch protection is shown to administrators only.",
            "Run `keyturn doctor` with an administrator's token, or move the protection to a ruleset.",
        )
    return wrong(
        title,
        f"`{branch.name}` does not require `{name}`",
        "Pull requests into it merge whatever keyturn decides.",
        f"{_WHERE}; add `{name}`, and choose keyturn's App as its source.",
    )


def _pinned(branch: Branch, title: str, name: str, found: list[RequiredCheck], setup: Setup) -> Finding:
    pins = sorted({check.app for check in found if check.app is not None})
    if setup.app is None:
        return warning(
            title,
            f"`{name}` is required on `{branch.name}`, pinned to App {', '.join(map(str, pins))}",
            "A person's token cannot tell which App keyturn works as.",
            "Say which: `--app SLUG`, as in the address of the App's page.",
        )
    if pins == [setup.app]:
        return good(title, f"`{name}` is required on `{branch.name}`, from {setup.app_slug} alone")
    return wrong(
        title,
        f"`{name}` is required on `{branch.name}` from App {', '.join(map(str, pins))}; keyturn works as {setup.app}",
        "No verdict that keyturn gives counts there.",
        f"Choose {setup.app_slug} as the source of `{name}` ({found[0].source}).",
    )
