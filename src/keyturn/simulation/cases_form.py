"""The form that a file of test cases must have, as its JSON Schema tells editors."""

from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from keyturn.core.facts import Change
from keyturn.core.form import Form
from keyturn.core.manifest_terms import Impact, Scope
from keyturn.core.shapes import Account, ActionType, Duration, FileGlob, Login, Target, Team, Version, refused
from keyturn.simulation.expect_form import Expectation
from keyturn.simulation.moments import Moment
from keyturn.simulation.terms import Access, Becomes, Result, Says

Text = Annotated[str, Field(min_length=1)]


class CaseActionForm(Form):
    """An action of the manifest; what is left out is harmless."""

    action_type: ActionType = Field(description="What is done.")
    target: Target = Field(description="What it is done to.")
    scope: Annotated[Scope, Field(strict=False)] = Field(default=Scope.SINGLE_FILE, description="How far it reaches.")
    description: Text = Field(default="For a test.", description="What changes and why.")
    estimated_impact: Annotated[Impact, Field(strict=False)] = Field(
        default=Impact.LOCAL, description="Who would notice if it went wrong."
    )
    files: list[FileGlob] | None = Field(default=None, description="The changed files that it covers, as globs.")


def _named(file: object) -> object:
    return {"path": file} if isinstance(file, str) else file


class ChangedFileForm(Form):
    """A changed file."""

    path: Text = Field(description="Its path, the new one of a renamed file.")
    change: Annotated[Change, Field(strict=False)] = Field(default=Change.MODIFIED, description="What happened to it.")
    from_: Text | None = Field(default=None, alias="from", description="The old path of a renamed or copied file.")


ChangedFiles = list[Annotated[ChangedFileForm, BeforeValidator(_named, json_schema_input_type=Text | ChangedFileForm)]]


class ContentForm(Form):
    """What a pull request holds; what a later push leaves out stays as it was."""

    actions: list[CaseActionForm] | None = Field(default=None, description="The actions of its manifest.")
    manifest: list[str] | None = Field(
        default=None, description="The lines of its manifest, in the place of `actions`: for manifests that are broken."
    )
    agent: Text | None = Field(default=None, description="What the manifest calls the agent.")
    requested_by: Login | None = Field(default=None, description="Whom the manifest names as having asked for it.")
    files: ChangedFiles | None = Field(default=None, description="The changed files, the manifest aside.")


class PullRequestForm(Form):
    """The pull request, where it is not an agent's into main."""

    author: Account = Field(default="agent[bot]", description="Who opens it; a bot's login ends in [bot].")
    branch: Text = Field(default="agent/work", description="Its own branch.")
    base: Text = Field(default="main", description="The branch it goes into.")
    labels: list[Text] = Field(default=[], description="Its labels.")
    state: Annotated[Becomes, Field(strict=False)] = Field(
        default=Becomes.READY, description="draft, or ready for review."
    )


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
    tick: Duration | None = Field(default=None, description="Nothing happens for so long, and keyturn looks again.")
    expect: Expectation = Field(description="The outcome, or what is expected of the decision.")

    @model_validator(mode="after")
    def _one_thing_at_one_time(self) -> Self:
        happened = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(happened) != 1:
            why = f"in a step exactly one thing happens; allowed: {', '.join(VERBS)}"
            raise refused(why)
        if sum(time is not None for time in (self.after, self.at, self.tick)) > 1:
            why = "a step has one time: `after`, `at`, or the length of its `tick`"
            raise refused(why)
        return self


class PeopleForm(Form):
    """Who there is."""

    people: dict[Login, Annotated[Access, Field(strict=False)]] = Field(
        default={}, description="What people may do in the repository; all others may only read."
    )
    teams: dict[Team, list[Login]] = Field(default={}, description="Who is in which team.")


class CaseForm(ContentForm):
    """A pull request as it is opened, and what is expected of the decision."""

    name: Text = Field(description="What it shows, in a sentence.")
    pull_request: PullRequestForm = Field(default=PullRequestForm(), description="The pull request.")
    expect: Expectation = Field(description="The outcome, or what is expected of the decision.")


def _pushed_first(steps: list[StepForm]) -> list[StepForm]:
    if not steps or (steps[0].model_fields_set and steps[0].push is None):
        why = "a timeline begins with a push"
        raise refused(why)
    return steps


class TimelineForm(PeopleForm):
    """The life of a pull request, step by step on a virtual clock."""

    name: Text = Field(description="What it shows, in a sentence.")
    about: Text | None = Field(default=None, description="More about it, for readers of the story.")
    start: Moment = Field(default="2026-01-05T09:00:00Z", description="When it begins.")
    pull_request: PullRequestForm = Field(default=PullRequestForm(), description="The pull request.")
    steps: Annotated[list[StepForm], AfterValidator(_pushed_first)] = Field(description="What happens, in order.")


class CasesForm(PeopleForm):
    """The cases that maintainers keep beside their rule book."""

    version: Version = Field(description="The version of this format.")
    rules: Text = Field(default="rules.yml", description="The rule book, as a path from this file.")
    cases: list[CaseForm] = Field(default=[], description="Pull requests as they are opened.")
    timelines: list[TimelineForm] = Field(default=[], description="Pull requests as they live on.")
