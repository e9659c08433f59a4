"""How one run of keyturn is set up: what the Action's inputs and the runner's environment come to."""

from enum import StrEnum, unique

from msgspec import Struct


@unique
class Publish(StrEnum):
    """What carries the verdict."""

    STATUS = "status"
    """A commit status, which overwrites itself."""
    CHECK = "check"
    """One check run, edited in place; for the token of a GitHub App."""


class OwnRun(Struct, frozen=True):
    """The workflow run that this is, so that keyturn never waits for itself.

    Run id, workflow name and job id; `None` outside Actions.
    """

    id: int | None = None
    workflow: str | None = None
    job: str | None = None


class Settings(Struct, frozen=True, kw_only=True):
    """Everything a run needs to know beside the pull request.

    Addresses have no trailing slash; `repository` is `owner/name`.
    """

    repository: str
    token: str
    server_url: str = "https://github.com"
    api_url: str = "https://api.github.com"
    rules_path: str = "rules.yml"
    manifest_path: str = ".agent/manifests/*"
    check_name: str = "keyturn"
    publish: Publish = Publish.STATUS
    ledger_branch: str = "keyturn-ledger"
    labels: bool = False
    dry_run: bool = False
    fail_job: bool = False
    own_run: OwnRun = OwnRun()
    default_branch: str | None = None
    """As the event says; the default branch that facts were read with goes first."""
    actor: str | None = None
    run_url: str | None = None
    slack_token: str = ""
    slack_channel: str = ""
    slack_webhook_url: str = ""
    slack_api_url: str = ""

    @property
    def graphql_url(self) -> str:
        """Where GraphQL is answered: `/graphql` beside the REST root, or `/api/graphql` on GitHub Enterprise Server."""
        if self.api_url.endswith("/api/v3"):
            return f"{self.api_url.removesuffix('/v3')}/graphql"
        return f"{self.api_url}/graphql"
