"""The form that a manifest must have, as its JSON Schema tells editors and agents."""

from typing import Annotated

from pydantic import ConfigDict, Field

from keyturn.core.form import Form
from keyturn.core.manifest_terms import UNFILLED, Impact, Scope
from keyturn.core.shapes import ActionType, FileGlob, Login, Target, Version, checked_by


def _check_filled(description: str) -> None:
    if UNFILLED.strip() in description:
        msg = f"write the description and take out the mark {UNFILLED.strip()}"
        raise ValueError(msg)


class ActionForm(Form):
    """One thing that the agent proposes to do."""

    action_type: ActionType = Field(description="What is done, in one word, such as write, delete, migrate or deploy.")
    target: Target = Field(
        description="What it is done to: a path from the root of the repository, or the name of a thing. "
        "Without `files` the action covers the changed file at that path, or all changed files below that directory."
    )
    scope: Annotated[Scope, Field(strict=False)] = Field(
        description="How far it reaches. single_file covers exactly one changed file."
    )
    description: Annotated[str, Field(min_length=1, max_length=2_000), checked_by(_check_filled)] = Field(
        description="What changes and why, for the people who approve it.",
        json_schema_extra={"not": {"pattern": UNFILLED.strip()}},
    )
    estimated_impact: Annotated[Impact, Field(strict=False)] = Field(description="Who would notice if it went wrong.")
    files: list[FileGlob] | None = Field(
        default=None,
        description="The changed files that the action covers, as globs in gitignore syntax without ! and #, in the "
        "place of the target.",
    )


class ManifestForm(Form):
    """What an agent's pull request does, for keyturn to hold against the diff."""

    model_config = ConfigDict(title="keyturn manifest")

    version: Version = Field(description="The version of this format.")
    agent: str | None = Field(default=None, description="Which agent this is, as free text.")
    requested_by: Login | None = Field(
        default=None, description="The GitHub login of the person who asked the agent; their approval does not count."
    )
    actions: list[ActionForm] = Field(
        description="Everything the pull request does: 1 to 1,000 actions, over all its manifests together.",
        json_schema_extra={"maxItems": 1_000},
    )
