"""A repository with an agent and approvers on a GitHub and a Slack of our own, both on the machine's clock."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tests.gate.stage import MANIFEST, manifest
from tests.github_server.hub import GitHubServer
from tests.github_server.journal import Recorded
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
  single: {{approvals: 1, escalate_after: 8s, expire_after: 45s}}
  multi: {{approvals: 2, escalate_after: 30m, expire_after: 1h}}
approvers: {{permission: write}}
escalation: {{users: [cleo]}}
override: {{users: [olga]}}
slack: {{channel: {CHANNEL}}}
"""
"""A single action waits for seconds, so that its deadlines pass while a test runs."""
SECRETS: Final = (TOKEN, "SeCrEt")
"""What may stand in no log, summary, output or comment; so may no token of the repository."""


@dataclass
class Scene:
    """One repository, its people and its servers."""

    hub: GitHubServer
    slack: SlackServer
    repo: Repository = field(init=False)
    token: Token = field(init=False)

    def __post_init__(self) -> None:
        """Found the repository; from here on every request is stamped with the machine's time."""
        self.now()
        self.hub.before_request(self._keep_time)
        self.repo = self.hub.repository("acme/shop", files={"rules.yml": RULES, "src/tax.py": "rate = 19\n"})
        self.ann, self.ben, self.cleo, self.olga = (
            self.repo.user(login, role="write") for login in ("ann", "ben", "cleo", "olga")
        )
        self.agent = self.repo.bot("helper")
        self.token = self.repo.workflow_token()

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
        """The state of the verdict on the head, none where there is none."""
        found = [status for status in self.repo.checks.newest_statuses(pull.head_oid) if status.context == "keyturn"]
        return found[-1].state if found else None

    def comments(self, pull: PullRequest) -> str:
        """Everything that keyturn wrote under the pull request."""
        return "\n".join(comment.body for comment in pull.comments if comment.author is not self.olga)

    def card(self) -> str:
        """The newest card in Slack, with its thread."""
        card = self.slack.cards[-1]
        return "\n".join([card.text, *(reply.text for reply in self.slack.replies(card))])

    def leaks(self, text: str) -> list[str]:
        """What stands in a text, or in what keyturn wrote to GitHub and Slack, that should stand nowhere."""
        written = [comment.body for pull in self.repo.pull_requests for comment in pull.comments]
        everything = "\n".join([text, *written, *(repr(message) for message in self.slack.workspace.messages)])
        return [secret for secret in (*SECRETS, self.token.value) if secret in everything]


def wait_until(moment: datetime) -> None:
    """Sleep until a moment has passed by a second."""
    while (left := (moment - datetime.now(UTC)).total_seconds() + 1) > 0:
        time.sleep(left)


def moment_of(text: object) -> datetime:
    """Read a moment as a decision writes it."""
    return datetime.fromisoformat(str(text))
