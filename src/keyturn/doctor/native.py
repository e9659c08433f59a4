"""Which of GitHub's own settings for a branch fight with the gate, and which complete it."""

from collections.abc import Iterable, Sequence

from keyturn.doctor.finding import Finding, good, warning, wrong
from keyturn.doctor.setup import Branch, Setup
from keyturn.doctor.workflow import Workflow


def native_settings(setup: Setup, workflows: Sequence[Workflow]) -> Iterable[Finding]:
    """The findings for each protected branch but the ledger's."""
    for branch in setup.branches:
        if branch.name != setup.ledger_branch:
            yield from _reviews(branch)
            yield from _updates(branch, workflows)


def _reviews(branch: Branch) -> Iterable[Finding]:
    title = f"reviews on {branch.name}"
    most = max((rule.approvals for rule in branch.reviews), default=0)
    found = False
    if most:
        found = True
        yield warning(
            title,
            f"GitHub itself asks for {most} approval{'s' if most > 1 else ''} on `{branch.name}`",
            "They are asked of every pull request, so that harmless ones of the tier `auto` wait for people, too.",
            "Leave the count to keyturn: set the required approvals to 0 where people's own pull requests need none.",
        )
    if any(rule.code_owners for rule in branch.reviews):
        found = True
        yield warning(
            title,
            f"GitHub asks code owners for review on `{branch.name}`",
            "keyturn knows nothing of code owners: its quorum can be reached while theirs is missing, and the comment "
            "does not say so.",
            "Say under `paths` and `approvers` of the rule book what code owners stood for, or tell people of both.",
        )
    if most and not any(rule.last_push for rule in branch.reviews):
        found = True
        yield warning(
            title,
            f"GitHub counts the approval of whoever pushed last to `{branch.name}`'s pull requests",
            "keyturn knows the pusher only as far as the activity of the head's repository shows.",
            "Switch on Require approval of the most recent reviewable push.",
        )
    if branch.reviews and not any(rule.dismissal_limited for rule in branch.reviews):
        found = True
        yield warning(
            title,
            f"everybody who may write can dismiss reviews on `{branch.name}`, as far as GitHub shows",
            "keyturn keeps an objection that somebody else than its author or an approver dismissed, but GitHub does "
            "not; and a dismissed approval has to be given again.",
            "Restrict who can dismiss pull request reviews to those who may approve.",
        )
    if not found:
        yield good(title, f"nothing in GitHub's own review settings on `{branch.name}` fights with the gate")


def _updates(branch: Branch, workflows: Sequence[Workflow]) -> Iterable[Finding]:
    title = f"up to date on {branch.name}"
    if branch.strict:
        yield warning(
            title,
            f"pull requests into `{branch.name}` must be up to date before they merge ({', '.join(branch.strict)})",
            "Every merge then makes the others push a new head, and a new head voids their approvals.",
            "Switch that off and use a merge queue, which tries the result without touching the head.",
        )
    if branch.merge_queue and not any("merge_group" in workflow.events for workflow in workflows):
        yield wrong(
            title,
            f"`{branch.name}` has a merge queue, and no workflow starts on `merge_group`",
            "The queue waits for a verdict that nothing gives.",
            "Add `merge_group: {types: [checks_requested]}` to the triggers of keyturn-signal.",
        )
    elif branch.merge_queue:
        yield good(title, f"`{branch.name}` has a merge queue, and a workflow starts on its groups")
