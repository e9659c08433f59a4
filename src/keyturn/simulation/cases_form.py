"""The form that a file of test cases must have, as its JSON Schema tells editors."""

from typing import Annotated

from pydantic import AfterValidator, Field

from keyturn.core.form import Form
from keyturn.core.shapes import Account, Login, Team, Version, refused
from keyturn.simulation.content_form import ContentForm, Text
from keyturn.simulation.expect_form import Expectation
from keyturn.simulation.moments import Moment
from keyturn.simulation.step_form import StepForm
from keyturn.simulation.terms import Access, Becomes


class PullRequestForm(Form):
    """The pull request, where it is not an agent's into main."""

    author: Account = Field(default="agent[bot]", description="Who opens it; a bot's login ends in [bot].")
    branch: Text = Field(default="agent/work", description="Its own branch.")
    base: Text = Field(default="main", description="The branch it goes into.")
    labels: list[Text] = Field(default=[], description="Its labels.")
    state: Annotated[Becomes, Field(strict=False)] = Field(
        default=Becomes.READY, description="draft, or ready for review."
    )


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
