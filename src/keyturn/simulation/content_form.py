"""The form of what a pull request holds in a test case: the actions of its manifest, and its changed files."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from keyturn.core.facts import Change
from keyturn.core.form import Form
from keyturn.core.manifest_terms import Impact, Scope
from keyturn.core.shapes import ActionType, FileGlob, Login, Target

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
