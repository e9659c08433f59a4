"""A repository with an agent and approvers on a GitHub and a Slack of our own, both on the machine's clock."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tests.gate.stage import MANIFEST, manifest
from tests.github_server.hub import GitHubServer
from tests.github_server.journal import Recorded
from tests.github_server.runner import RUNTIME_TOKEN
from tests.github_server.state.access import Token
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository
from tests.slack_server.server import CHANNEL, TOKEN, SlackServer

RULES: Final = f"""\
version: 1
agents: {{authors: ["*[bot]"]}}
unmatched: single
undeclared: multi
rules:
  emergency:
    - {{action_type: drop, target: production_database}}
  multi:
    - {{action_type: migrate}}
  single:
    - {{action_type: write, scope: single_file}}
  auto:
    - {{action_type: read}}
tiers:
  single: {{approvals: 1, escalate_after: 8s, expire_after: 1h}}
  multi: {{approvals: 2, escalate_after: 30m, expire_after: 1h}}
approvers: {{permission: write}}
escalation: {{users: [cleo]}}
override: {{users: [olga]}}
slack: {{channel: {CHANNEL}}}
"""
"""A single action waits for seconds until more people are asked, so that this happens while a test runs."""
SECRETS: Final = (TOKEN, "SeCrEt", RUNTIME_TOKEN)
"""What may stand in no log, summary, output, comment or ledger entry; nor may the tokens of the repository."""

REASON: Final = "the payment provider is down and this turns it off"
"""Why an emergency is overridden."""


@dataclass
class Scene:
    """One repository, its people and its servers."""

    hub: GitHubServer
    slack: SlackServer
    repo: Repository = field(init=False)
    token: Token = field(init=False)
    """The workflow's own."""
    app_token: Token = field(init=False)
    """Of an App of keyturn's own."""

    def __post_init__(self) -> None:
        """Found the repository; from here on every request is stamped with the machine's time."""
        self.now()
        self.hub.before_request(self._keep_time)
        self.repo = self.hub.repository("acme/shop", files={"rules.yml": RULES, "src/tax.py": "rate = 19\n"})
        self.ann, self.ben, self.cleo, self.olga = (
            self.repo.user(login, role="write") for login in ("ann", "ben", "cleo", "olga")
        )
        self.agent = self.repo.bot("helper")
        self.token, self.app_token = self.repo.workflow_token(), self.repo.app_token()

    def now(self) -> datetime:
        """Set the servers' clocks to the machine's time, and return it in UTC, in whole seconds."""
        self.slack.workspace.now = self.hub.clock.set(datetime.now(UTC))
        return self.hub.clock.now

    def _keep_time(self, _: Recorded) -> None:
        self.now()

    def opened(self, *actions: str) -> PullRequest:
        """The agent opens a pull request: one changed file, and a manifest of these actions, each `type target`."""
        self.now()
        files = {"src/tax.py": f"rate = {20 + self.hub.world.count('change of a scene')}\n"}
        return self.repo.pull_request(author=self.agent, files={**files, MANIFEST: manifest(*actions)})

    def shorten(self) -> None:
        """A maintainer lets single actions expire soon.

        Were it so from the start, a busy machine could find a request expired before it was seen to escalate.
        """
        self.now()
        self.repo.commit("main", {"rules.yml": RULES.replace("8s, expire_after: 1h", "8s, expire_after: 9s")})

    @property
    def inputs(self) -> dict[str, str]:
        """What a workflow hands to the Action for these servers."""
        return {
            "github-token": self.token.value,
            "github-api-url": self.hub.api_url,
            "slack-token": TOKEN,
            "slack-api-url": self.slack.api,
        }

    def verdict(self, pull: PullRequest) -> str | None:
        """The state of the verdict on the head, none where there is none: of a status, or of the App's check run."""
        checks = self.repo.checks
        states = [status.state for status in checks.newest_statuses(pull.head_oid) if status.context == "keyturn"]
        runs = [run for run in checks.runs_of(pull.head_oid) if run.name == "keyturn"]
        states += [run.conclusion or "pending" for run in runs]
        assert len(states) <= 1, "one verdict, in one place"
        return next(iter(states), None)

    def comments(self, pull: PullRequest) -> str:
        """Everything that keyturn wrote under the pull request."""
        return "\n".join(comment.body for comment in pull.comments if comment.author is not self.olga)

    def told(self) -> list[str]:
        """What was told in the thread of the newest card, oldest first."""
        return [reply.text for reply in self.slack.replies(self.slack.cards[-1])]

    def leaks(self, text: str) -> list[str]:
        """What stands in a text, or in what keyturn sent to GitHub and Slack, that should stand nowhere."""
        sent = [repr(request.body) for request in self.hub.writes] + [repr(call.arguments) for call in self.slack.calls]
        branch = "keyturn-ledger"
        entries = self.repo.files(branch).values() if f"refs/heads/{branch}" in self.repo.refs else ()
        everything = "\n".join([text, *sent, *(entry.decode() for entry in entries)])
        return [secret for secret in (*SECRETS, self.token.value, self.app_token.value) if secret in everything]


def shown(words: str, scene: Scene, pull: PullRequest, summary: str) -> None:
    """Hold that the state stands in every place: the step's summary, the comment, the newest card in Slack."""
    places = {"summary": summary, "comment": scene.comments(pull), "card": scene.slack.cards[-1].text}
    assert [f"{words!r} is not in the {place}: {text}" for place, text in places.items() if words not in text] == []


def wait_until(moment: datetime) -> None:
    """Sleep until a moment has passed by a second."""
    while (left := (moment - datetime.now(UTC)).total_seconds() + 1) > 0:
        time.sleep(left)


def moment_of(text: object) -> datetime:
    """Read a moment as a decision writes it."""
    return datetime.fromisoformat(str(text))
