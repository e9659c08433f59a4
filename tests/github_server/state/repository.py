"""A repository: its branches, people, pull requests and issues, as a test drives it."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from tests.github_server.state.access import GRANTS, Budget, Level, Role, Token
from tests.github_server.state.accounts import Account, App, Team
from tests.github_server.state.branches import Branches
from tests.github_server.state.checks import CheckRun, Checks, Status
from tests.github_server.state.conversation import Issue, Label
from tests.github_server.state.git_store import Content
from tests.github_server.state.merge_queue import MergeQueue
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.rules import Rules
from tests.github_server.state.writing import Words, edit_tree, write_commit

if TYPE_CHECKING:
    from tests.github_server.state.world import World

Known = TypeVar("Known")


class Repository(Branches):
    """A repository with one commit on its default branch and one administrator, `maintainer`."""

    def __init__(
        self,
        world: "World",
        full_name: str,
        *,
        files: Mapping[str, Content] | None = None,
        private: bool = False,
        default_branch: str = "main",
        parent: "Repository | None" = None,
        owner: Account | None = None,
    ) -> None:
        """Create it; a fork takes its parent's branches and no files of its own."""
        login, _, self.name = full_name.partition("/")
        super().__init__(world, default_branch)
        self.owner = owner or world.organization(login)
        self.id, self.node_id = world.identify("R", self)
        self.private = private
        self.parent = parent
        self.finds_copies = False
        self.activity_readable = True
        self.issues_enabled = True
        self.created_at = world.clock.now
        self.roles: dict[Account, Role] = {}
        self.role_names: dict[Account, str] = {}
        self.labels: list[Label] = []
        self.pull_requests: list[PullRequest] = []
        self.issues: list[Issue] = []
        self.checks = Checks(self)
        self.rules = Rules()
        self.queues: dict[str, MergeQueue] = {}
        self._known: dict[object, Any] = {}
        world.repositories.append(self)
        self.maintainer = self.owner if self.owner.kind == "User" else self.user(f"{login}-maintainer", role="admin")
        if parent is None:
            tree = edit_tree(world, None, {"README.md": f"# {self.name}\n"} | dict(files or {}))
            first = write_commit(world, tree, (), author=self.maintainer, message="Begin")
            self.move(default_branch, first.oid, self.maintainer)
        else:
            self.refs = dict(parent.refs)

    def _whole(self) -> "Repository":
        return self

    @property
    def full_name(self) -> str:
        """The name as `owner/name`."""
        return f"{self.owner.login}/{self.name}"

    def user(
        self, login: str, *, role: Role = "none", role_name: str | None = None, email: str | None = None
    ) -> Account:
        """Find or open a person's account and give it this role here; `role_name` is a custom role's name."""
        account = self.world.find_account(login) or self.world.account("User", login, email=email)
        self.roles[account] = role
        if role_name is not None:
            self.role_names[account] = role_name
        return account

    def bot(self, login: str, *, rest_login: str = "") -> Account:
        """Find or open a bot's account, named without `[bot]`; `rest_login` is for bots that REST names otherwise."""
        found = self.world.find_account(rest_login or f"{login}[bot]")
        return found or self.world.account("Bot", login, rest_login=rest_login)

    def team(self, handle: str, *members: Account) -> Team:
        """Found a team, named `org/slug`."""
        return self.world.team(handle, *members)

    def role_of(self, account: Account) -> Role:
        """The role of an account here: on a public repository everybody may read."""
        if account is self.owner:
            return "admin"
        role = self.roles.get(account, "none")
        return "read" if role == "none" and not self.private else role

    def workflow_token(self, permissions: Mapping[str, Level] | None = None) -> Token:
        """Issue the token of a workflow: it acts as github-actions[bot], with 1,000 requests and points an hour."""
        app = self.world.actions
        token = self.world.token(app.bot, self, app, dict(GRANTS if permissions is None else permissions))
        token.core, token.graphql = Budget(1000), Budget(1000)
        return token

    def app_token(self, slug: str = "keyturn-gate", permissions: Mapping[str, Level] | None = None) -> Token:
        """Issue an installation token of an App of one's own, which may also read the organisation's members."""
        app = self.world.app(slug, owner=self.owner)
        granted = dict(GRANTS) | {"members": "read"} if permissions is None else dict(permissions)
        return self.world.token(app.bot, self, app, granted)

    def user_token(self, account: Account) -> Token:
        """Issue a person's token; what it may do follows from the person's role."""
        return self.world.token(account, None, None, None)

    def fork(self, owner: Account, name: str | None = None) -> "Repository":
        """Fork it to an account."""
        return Repository(
            self.world,
            f"{owner.login}/{name or self.name}",
            private=self.private,
            default_branch=self.default_branch,
            parent=self,
            owner=owner,
        )

    def pull_request(
        self,
        *,
        author: Account,
        files: Mapping[str, Content] | None = None,
        title: str = "Change things",
        body: str = "",
        head: str | None = None,
        base: str | None = None,
        head_repository: "Repository | None" = None,
        draft: bool = False,
        labels: Iterable[str] = (),
        commit: Words | None = None,
    ) -> PullRequest:
        """Open a pull request; with `files`, from a new branch with one commit, of which `commit` may say more."""
        source, base = head_repository or self, base or self.default_branch
        head = head or f"{author.login}/change-{self.world.count('branch')}"
        if files is not None or f"refs/heads/{head}" not in source.refs:
            words: Words = {"author": author, "message": title, **(commit or {})}
            source.move(head, source.build(self.tip(base), files or {}, **words).oid, author)
        pull = PullRequest(
            self,
            author=author,
            title=title,
            body=body,
            head_repository=source,
            head_ref=head,
            base_ref=base,
            draft=draft,
        )
        for name in labels:
            pull.label(name, by=author)
        return pull

    def issue(self, author: Account, title: str, body: str = "", *, labels: Iterable[str] = ()) -> Issue:
        """Open an issue."""
        issue = Issue(self, author=author, title=title, body=body)
        self.issues.append(issue)
        for name in labels:
            issue.label(name, by=author)
        return issue

    def conversation(self, number: int) -> PullRequest | Issue | None:
        """Find the issue or pull request of a number."""
        both: list[PullRequest | Issue] = [*self.pull_requests, *self.issues]
        return next((each for each in both if each.number == number), None)

    def find_pull_request(self, number: int) -> PullRequest | None:
        """Find a pull request by number."""
        return next((each for each in self.pull_requests if each.number == number), None)

    def headed_by(self, branch: str) -> list[PullRequest]:
        """List the open pull requests, into any repository, whose head is this branch."""
        return [
            pull
            for repository in self.world.repositories
            for pull in repository.pull_requests
            if pull.is_open and pull.head_repository is self and pull.head_ref == branch
        ]

    def open_into(self, branch: str) -> list[PullRequest]:
        """List the open pull requests into this branch."""
        return [pull for pull in self.pull_requests if pull.is_open and pull.base_ref == branch]

    def label(self, name: str, color: str = "ededed") -> Label:
        """Find or make a label of the repository."""
        for known in self.labels:
            if known.name.casefold() == name.casefold():
                return known
        label = Label(id=0, node_id="", name=name, color=color)
        label.id, label.node_id = self.world.identify("LA", label)
        self.labels.append(label)
        return label

    def status(
        self,
        sha: str,
        context: str,
        state: str = "success",
        *,
        by: Account | None = None,
        description: str | None = None,
    ) -> Status:
        """Set a status on a commit."""
        return self.checks.add_status(sha, context, state, creator=by or self.maintainer, description=description)

    def check_run(
        self,
        sha: str,
        name: str,
        conclusion: str | None = "success",
        *,
        workflow: str = "ci",
        event: str = "pull_request",
        app: str | None = None,
        branch: str | None = None,
    ) -> CheckRun:
        """Report a check on a commit: an Actions job's or, with `app`, that App's; without a conclusion it runs."""
        status = "in_progress" if conclusion is None else "completed"
        if app is not None:
            suite = self.checks.suite_for(self.world.app(app), sha)
        else:
            run = self.checks.add_workflow_run(
                workflow,
                event=event,
                sha=sha,
                branch=branch,
                actor=self.maintainer,
                status=status,
                conclusion=conclusion,
            )
            suite = self.checks.suite_of(run)
        return self.checks.add_run(suite, name, status=status, conclusion=conclusion)

    def merge_queue(self, branch: str) -> MergeQueue:
        """Find the merge queue of a branch, switched on by this call."""
        if branch not in self.queues:
            self.queues[branch] = MergeQueue(self, branch)
        return self.queues[branch]

    def remember(self, key: object, work: Callable[[], Known]) -> Known:
        """Answer from memory what follows from immutable objects alone."""
        key = (self.finds_copies, key)
        if key not in self._known:
            self._known[key] = work()
        found: Known = self._known[key]
        return found

    def app(self, slug: str) -> App:
        """Find or register an App of the repository's owner."""
        return self.world.app(slug, owner=self.owner)
