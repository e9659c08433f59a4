"""The workflows of a repository, as their files on the default branch define them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from tests.github_server.state.repository import Repository

FOLDER = ".github/workflows/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A workflow; `state` is `active` or why it does not run."""

    id: int
    name: str
    path: str
    state: str


def workflows_of(repository: "Repository") -> list[Workflow]:
    """List the workflows by path; one without a name is named by its path."""
    found = []
    for path, text in sorted(repository.files(repository.default_branch).items()):
        if path.startswith(FOLDER) and path.endswith((".yml", ".yaml")):
            read = yaml.safe_load(text)
            name = str(read.get("name", path)) if isinstance(read, dict) else path
            state = repository.checks.disabled_workflows.get(path, "active")
            found.append(Workflow(id=repository.checks.workflow_id(path), name=name, path=path, state=state))
    return found
