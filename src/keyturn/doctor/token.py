"""Whether the token is an App's own, and may do what the gate does."""

from collections.abc import Iterable

from keyturn.doctor.finding import Finding, good, warning, wrong
from keyturn.doctor.setup import ACTIONS_APP, Setup, TokenKind
from keyturn.doctor.workflow import Workflow


def own_app(setup: Setup, workflows: Iterable[Workflow]) -> Finding:
    """Whether keyturn works with a token that no other workflow has."""
    title = "own App"
    advisory = [workflow.path for workflow in workflows if workflow.runs_keyturn and workflow.own_token]
    if advisory or setup.app == ACTIONS_APP:
        where = f" ({', '.join(sorted(advisory))})" if advisory else ""
        return warning(
            title,
            f"keyturn works with the workflow's own token{where}: it is advisory",
            "Every workflow has the same token; whoever can push a workflow file can forge the verdict and the ledger.",
            "Make a GitHub App for keyturn, keep its key in an environment that only the default branch may use, and "
            "write the workflows anew with `keyturn init --workflows --token app --force`.",
        )
    if setup.app is None and setup.app_slug is not None:
        return warning(
            title,
            f"no App `{setup.app_slug}` can be seen",
            "Whether the required check is pinned to it cannot be told. A private App is shown to its own token only.",
            "Check the name: it is the last part of the address of the App's page. Or use the App's token.",
        )
    if setup.app is None:
        return warning(
            title,
            f"the token is {setup.login}'s, and does not tell which App keyturn works as",
            "A verdict can be forged unless it comes from an App of keyturn's own.",
            "Say which: `--app SLUG`, as in the address of the App's page.",
        )
    return good(title, f"keyturn works as the App {setup.app_slug}")


def permissions(setup: Setup) -> Iterable[Finding]:
    """Whether the token has each permission that was tried."""
    refused = [probe for probe in setup.probes if probe.said]
    for probe in refused:
        yield wrong(
            f"permission {probe.permission}",
            f"the token lacks `{probe.permission}`",
            probe.said,
            f"Grant the App `{probe.permission}`, or write it under `permissions:` of the jobs that run keyturn.",
        )
    had = [probe.permission for probe in setup.probes if not probe.said]
    if had:
        whose = f", tried as {setup.login}" if setup.token is TokenKind.PERSON else ""
        yield good("permissions", f"the token has {', '.join(f'`{permission}`' for permission in had)}{whose}")
    if not setup.tried_writes:
        yield warning(
            "permissions to write",
            "nothing was written, so that permissions to write were not tried",
            "A permission to write shows only in writing.",
            "Run `keyturn doctor` without `--read-only`: it writes on a scratch branch and removes it.",
        )
