"""The server as tests hold it: GitHub on 127.0.0.1, with its state, its clock, its journal and its faults in reach.

    with GitHubServer() as hub:
        repo = hub.repository("acme/shop", files={"rules.yml": RULES})
        ann, bot = repo.user("ann", role="write"), repo.bot("agent")
        pull = repo.pull_request(author=bot, files={"src/tax.py": "..."}, labels=["agent"])
        pull.check_run("test", "success")
        pull.approve(ann)
        hub.clock.advance(hours=1)
        hub.faults.lose_reply(operation="createCommitOnBranch")
        job = hub.job(triggers.pull_request(pull), tmp_path, inputs={"publish": "status"})
        subprocess.run(["keyturn", "action"], env=job.environment | {"PATH": os.environ["PATH"]}, check=True)
        assert job.outputs()["outcome"] == "approved"
        assert [str(request) for request in hub.writes] == [...]

What is asked against GitHub's published schemas stands in `hub.violations`, what the server lacks in
`hub.unimplemented`; leaving the `with` fails the test where there is any.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.github_server.clock import START, Clock
from tests.github_server.faults import Faults
from tests.github_server.graphql.schema import github_schema
from tests.github_server.http import Listener
from tests.github_server.journal import Journal, Recorded
from tests.github_server.rest.contract import contract
from tests.github_server.rest.dispatch import Rest
from tests.github_server.runner import Job, job
from tests.github_server.service import Hook, Service
from tests.github_server.state.access import Token
from tests.github_server.state.git_store import Content
from tests.github_server.state.repository import Repository
from tests.github_server.state.world import World
from tests.github_server.triggers import Trigger


class GitHubServer:
    """A GitHub of one's own; use it as a context manager.

    On leaving, a breach of GitHub's published interface or a gap of this server fails the test, unless it was looked
    at and cleared (`violations`, `unimplemented`).
    """

    def __init__(self, *, enterprise: bool = False, checks_answers: bool = False) -> None:
        """Listen at once; `enterprise` puts REST under /api/v3 and GraphQL under /api/graphql.

        `checks_answers` holds the server's own answers against GitHub's description too, which takes a while for long
        ones: its own tests do so.
        """
        github_schema()  # read here, once for the process, so that no request waits for it
        contract()
        self.clock = Clock(START)
        self.world = World(self.clock)
        self.journal = Journal()
        self.faults = Faults(self.clock)
        self._service = Service(self.world, self.journal, self.faults, Rest(self.world, self.journal, checks_answers))
        prefix, graphql = ("/api/v3", "/api/graphql") if enterprise else ("", "/graphql")
        self._listener = Listener(self._service, rest_prefix=prefix, graphql_path=graphql)
        self.api_url = self.world.api_url = self._listener.address + prefix
        self.graphql_url = self._listener.address + graphql
        self.server_url = self.world.web_url = "https://github.com" if not enterprise else self._listener.address
        self._listener.start()

    def __enter__(self) -> Self:
        """Go on listening."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and fail the test where the journal holds complaints and nothing else failed it."""
        self.close()
        complaints = self.journal.complaints()
        if error is None and complaints:
            raise AssertionError("\n".join(dict.fromkeys(complaints)))

    def close(self) -> None:
        """Stop listening."""
        self._listener.stop()

    @property
    def requests(self) -> list[Recorded]:
        """Every request so far, in order."""
        return self.journal.requests

    @property
    def reads(self) -> list[Recorded]:
        """The requests that only read."""
        return self.journal.reads

    @property
    def writes(self) -> list[Recorded]:
        """The requests that change something."""
        return self.journal.writes

    @property
    def violations(self) -> list[str]:
        """What was asked against GitHub's published interface."""
        return self.journal.violations

    @property
    def unimplemented(self) -> list[str]:
        """What GitHub has and this server does not."""
        return self.journal.unimplemented

    @property
    def sends_date(self) -> bool:
        """Whether answers carry a `Date` header, from the server's clock."""
        return self._listener.sends_date

    @sends_date.setter
    def sends_date(self, wanted: bool) -> None:
        self._listener.sends_date = wanted

    def repository(
        self,
        full_name: str,
        *,
        files: Mapping[str, Content] | None = None,
        private: bool = False,
        default_branch: str = "main",
        personal: bool = False,
    ) -> Repository:
        """Create a repository of an organisation, or of a person, with these files on its default branch."""
        login = full_name.partition("/")[0]
        owner = (self.world.find_account(login) or self.world.account("User", login)) if personal else None
        return Repository(
            self.world, full_name, files=files, private=private, default_branch=default_branch, owner=owner
        )

    def job(
        self, trigger: Trigger, folder: Path, *, token: Token | None = None, inputs: Mapping[str, str] | None = None
    ) -> Job:
        """Set out one run of this repository's action, in an empty folder, by default with the workflow's own token."""
        return job(
            trigger,
            folder,
            token=token or trigger.repository.workflow_token(),
            api_url=self.api_url,
            graphql_url=self.graphql_url,
            inputs=inputs,
        )

    @property
    def lock(self) -> AbstractContextManager[object]:
        """Hold it to change several things between two requests while a client runs; hooks hold it already."""
        return self._service.lock

    def before_request(self, hook: Hook) -> None:
        """Call `hook` with every request before it is handled: the place to change things behind a client's back."""
        self._service.before.append(hook)

    def after_request(self, hook: Hook) -> None:
        """Call `hook` with every request after it is handled and before the answer leaves."""
        self._service.after.append(hook)

    def clear_hooks(self) -> None:
        """Forget all hooks."""
        self._service.before.clear()
        self._service.after.clear()
