"""What happens in a step of a timeline, in a few words."""

from collections.abc import Sequence

from keyturn.render.styled import safe
from keyturn.render.words import counted, joined
from keyturn.simulation.step_form import OverrideReviewForm, PushForm, ReviewForm
from keyturn.simulation.suite import Step
from keyturn.simulation.terms import Becomes, LedgerBecomes, Outage, Result, RuleBookBecomes, Says, ToIssue

MOST_NAMED = 3
"""More actions or files than this are only counted."""


def happened(step: Step, author: str) -> str:
    """What happens in a step, in a few words; `author` is who opened the pull request."""
    form = step.form
    tellings = (
        form.push and _push(form.push, author),
        form.review and _review(form.review),
        form.comment and f"{safe(form.comment.by)} comments {_first_line(form.comment.text)}",
        form.edit and f"{safe(form.edit.comment_of)} edits the comment",
        form.dismissal and f"{safe(form.dismissal.by)} dismisses the review of {safe(form.dismissal.review_of)}",
        form.check and f"the check {safe(form.check.name)} {_RESULTS[form.check.result]}",
        form.label and f"it gets the label {safe(form.label)}",
        form.retarget and f"{safe(form.retarget.by or 'GitHub')} changes the base branch to {safe(form.retarget.to)}",
        form.base_force_pushed_by and f"{safe(form.base_force_pushed_by)} force-pushes the base branch",
        form.becomes and _BECOMES[form.becomes],
        form.override_review and _override_review(form.override_review),
        form.verdict and f"{safe(form.verdict.by)} sets keyturn's verdict on the head commit to {form.verdict.says}",
        form.ledger and _LEDGER[form.ledger],
        form.rule_book and _RULE_BOOK[form.rule_book],
        form.outage and _OUTAGES[form.outage],
        form.tick and "time passes",
    )
    return next(telling for telling in tellings if telling)


_RESULTS = {Result.SUCCESS: "succeeds", Result.PENDING: "is running", Result.FAILURE: "fails"}
_BECOMES = {
    Becomes.DRAFT: "it becomes a draft",
    Becomes.READY: "it is ready for review",
    Becomes.CLOSED: "it is closed",
    Becomes.MERGED: "it is merged",
}
_LEDGER = {
    LedgerBecomes.EDITED: "somebody edits the newest entry of the ledger",
    LedgerBecomes.REMOVED: "somebody removes the newest entry of the ledger",
    LedgerBecomes.REWOUND: "somebody force-pushes the ledger to before its newest entry",
    LedgerBecomes.DELETED: "somebody deletes the branch of the ledger",
}
_RULE_BOOK = {
    RuleBookBecomes.BROKEN: "a merge breaks the rule book on the default branch",
    RuleBookBecomes.MISSING: "the rule book is gone from the default branch",
    RuleBookBecomes.RESTORED: "the rule book on the default branch is as it was",
}
_OUTAGES = {
    Outage.GITHUB: "GitHub can no longer be read",
    Outage.LEDGER: "the ledger can no longer be written",
    Outage.OVER: "the outage is over",
}


def _push(push: PushForm, author: str) -> str:
    brings = []
    if push.manifest is not None:
        brings.append("a manifest as it is written")
    elif push.actions is not None:
        actions = [f"{action.action_type} {safe(action.target)}" for action in push.actions]
        brings.append(f"a manifest of {_few(actions, 'action')}")
    if push.files is not None:
        brings.append(_few([safe(file.path) for file in push.files], "changed file"))
    what = f" with {joined(brings)}" if brings else ""
    return f"{safe(push.by or author)} pushes the commit {safe(push.commit)}{what}"


def _few(names: Sequence[str], noun: str) -> str:
    """How many there are, and which, while they are few: `2 actions (read logs, write docs/a.md)`."""
    named = f" ({', '.join(names)})" if 0 < len(names) <= MOST_NAMED else ""
    return f"{counted(len(names), noun)}{named}"


def _review(review: ReviewForm) -> str:
    does = "approves" if review.says is Says.APPROVE else "requests changes"
    commit = f" of the commit {safe(review.commit)}" if review.commit is not None else ""
    text = f" {_first_line(review.text)}" if review.text else ""
    return f"{safe(review.by)} {does}{commit}{text}"


def _first_line(text: str) -> str:
    return f"“{safe(text.partition(chr(10))[0].replace('{head}', '<head commit>'), 120)}”"


def _override_review(form: OverrideReviewForm) -> str:
    issue = "the issue that asks for the override's review"
    if form.commit is not None:
        issue += f" (of the commit {safe(form.commit)})"
    return {
        ToIssue.CLOSE: f"{safe(form.by)} closes {issue}",
        ToIssue.CLOSE_BY_COMMIT: f"a commit by {safe(form.by)} closes {issue}",
        ToIssue.REOPEN: f"{safe(form.by)} reopens {issue}",
    }[form.does]
