"""The form of a step of a timeline: one thing that happens, and what is expected afterwards."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from keyturn.core.form import Form
from keyturn.core.shapes import Account, Duration, refused
from keyturn.core.verdict import VerdictState
from keyturn.simulation.content_form import ContentForm, Text
from keyturn.simulation.expect_form import Expectation
from keyturn.simulation.moments import Moment
from keyturn.simulation.terms import Becomes, LedgerBecomes, Outage, Result, RuleBookBecomes, Says, ToIssue


class PushForm(ContentForm):
    """A push to the pull request's branch."""

    commit: Text = Field(description="A name for the commit; the same name is the same commit again.")
    by: Account | None = Field(default=None, description="Who pushes; without it, who opened the pull request.")
    authors: list[Text] = Field(
        default=[],
        description="The commit's author and co-authors by login, or as `Name <address>` where no account is known; "
        "without it, who pushes.",
    )


class ReviewForm(Form):
    """A review of the current head."""

    by: Account = Field(description="Who reviews.")
    says: Annotated[Says, Field(strict=False)] = Field(description="approve or request_changes.")
    text: str = Field(default="", description="What it says; the first line may be a command.")
    commit: Text | None = Field(default=None, description="The commit that was looked at, where it is an earlier one.")


class CommentForm(Form):
    """A comment; `{head}` in its text is the full name of the current head commit."""

    by: Account = Field(description="Who comments.")
    text: Text = Field(description="What it says; the first line may be a command.")


class DismissalForm(Form):
    """Somebody dismisses the newest review of somebody."""

    review_of: Account = Field(description="Whose review it was.")
    by: Account = Field(description="Who dismisses it.")


class EditForm(Form):
    """Somebody edits their newest comment."""

    comment_of: Account = Field(description="Whose comment it is.")


class CheckResultForm(Form):
    """A check run on the current head."""

    name: Text = Field(description="The name of the check.")
    result: Annotated[Result, Field(strict=False)] = Field(description="success, pending or failure.")
    app: Text = Field(default="github-actions", description="The app that ran it.")


class RetargetForm(Form):
    """The pull request goes into another branch."""

    to: Text = Field(description="The branch.")
    by: Account | None = Field(default=None, description="Who did it; without it, GitHub by itself.")


class OverrideReviewForm(Form):
    """Somebody does something to the issue that asks for the review of an override."""

    by: Account = Field(description="Who does it.")
    does: Annotated[ToIssue, Field(strict=False)] = Field(
        description="close it by hand, close_by_commit (whose message says so), or reopen it."
    )
    commit: Text | None = Field(
        default=None, description="The commit that was let through; without it, that of the newest override."
    )


class VerdictForm(Form):
    """Somebody else sets keyturn's verdict on the head commit."""

    by: Account = Field(description="Who sets it; keyturn[bot] is keyturn's own account in other hands.")
    says: Annotated[VerdictState, Field(strict=False)] = Field(description="success, pending, failure or error.")


VERBS = (
    "push",
    "review",
    "comment",
    "edit",
    "dismissal",
    "check",
    "label",
    "retarget",
    "base_force_pushed_by",
    "becomes",
    "override_review",
    "verdict",
    "ledger",
    "rule_book",
    "outage",
    "tick",
)


class StepForm(Form):
    """Something that happens, and what is expected of the decision afterwards."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [verb]} for verb in VERBS]})
    after: Duration | None = Field(default=None, description="How long after the step before; without it, one minute.")
    at: Moment | None = Field(default=None, description="When, in the place of `after`.")
    push: PushForm | None = Field(default=None, description="A push.")
    review: ReviewForm | None = Field(default=None, description="A review.")
    comment: CommentForm | None = Field(default=None, description="A comment.")
    edit: EditForm | None = Field(default=None, description="A comment is edited.")
    dismissal: DismissalForm | None = Field(default=None, description="A review is dismissed.")
    check: CheckResultForm | None = Field(default=None, description="A check's result.")
    label: Text | None = Field(default=None, description="A label is set.")
    retarget: RetargetForm | None = Field(default=None, description="The base branch is changed.")
    base_force_pushed_by: Account | None = Field(default=None, description="The base branch is force-pushed.")
    becomes: Annotated[Becomes, Field(strict=False)] | None = Field(
        default=None, description="It becomes a draft, ready for review, closed or merged."
    )
    override_review: OverrideReviewForm | None = Field(
        default=None, description="The issue of an override's review is closed or reopened."
    )
    verdict: VerdictForm | None = Field(default=None, description="Somebody else gives a verdict in keyturn's name.")
    ledger: Annotated[LedgerBecomes, Field(strict=False)] | None = Field(
        default=None, description="Somebody edits, removes or rewinds the newest entry, or deletes the ledger's branch."
    )
    rule_book: Annotated[RuleBookBecomes, Field(strict=False)] | None = Field(
        default=None, description="The rule book on the default branch becomes broken, missing, or whole again."
    )
    outage: Annotated[Outage, Field(strict=False)] | None = Field(
        default=None, description="From now on GitHub cannot be read, the ledger cannot be written, or both can again."
    )
    tick: Duration | None = Field(default=None, description="Nothing happens for so long, and keyturn looks again.")
    expect: Expectation = Field(description="The outcome, or what is expected of the decision.")

    @model_validator(mode="after")
    def _one_thing_at_one_time(self) -> Self:
        if not self.model_fields_set:  # what stands in the place of a step that is refused already
            return self
        happened = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(happened) != 1:
            why = f"in a step exactly one thing happens; allowed: {', '.join(VERBS)}"
            raise refused(why)
        if sum(time is not None for time in (self.after, self.at, self.tick)) > 1:
            why = "a step has one time: `after`, `at`, or the length of its `tick`"
            raise refused(why)
        return self
