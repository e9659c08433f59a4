"""The branches of a repository, and writing to them."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Unpack

from tests.github_server.state.accounts import Account
from tests.github_server.state.git_objects import SUBMODULE, Commit
from tests.github_server.state.git_store import Content
from tests.github_server.state.refs import Activity, move_ref
from tests.github_server.state.writing import Words, edit_tree, write_commit

if TYPE_CHECKING:
    from tests.github_server.state.repository import Repository
    from tests.github_server.state.world import World


class Branches(ABC):
    """What can be done to a repository's branches; the part of a repository that git knows."""

    maintainer: Account

    def __init__(self, world: "World", default_branch: str) -> None:
        """Begin without any."""
        self.world = world
        self.default_branch = default_branch
        self.refs: dict[str, str] = {}
        self.activity: list[Activity] = []

    @abstractmethod
    def _whole(self) -> "Repository":
        """Give the repository itself."""

    def tip(self, branch: str) -> str:
        """Name the commit a branch points at; raises KeyError where there is no such branch."""
        return self.refs[f"refs/heads/{branch}"]

    def files(self, branch: str) -> dict[str, bytes]:
        """Read every file of a branch, submodules left out; links give the path they hold."""
        leaves = self.world.store.leaves(self.world.store.get_commit(self.tip(branch)).tree)
        return {
            path: self.world.store.get_blob(leaf.oid).data for path, leaf in leaves.items() if leaf.mode != SUBMODULE
        }

    def move(self, branch: str, after: str | None, by: Account | None, *, activity: str | None = None) -> None:
        """Point a branch at a commit, made where needed, or delete it; what follows on GitHub follows."""
        move_ref(self._whole(), f"refs/heads/{branch}", after, by, activity)

    def branch(self, name: str, at: str | None = None, by: Account | None = None) -> str:
        """Create a branch at a commit, by default at the default branch's tip; returns that commit."""
        oid = at or self.tip(self.default_branch)
        self.move(name, oid, by or self.maintainer)
        return oid

    def commit(
        self, branch: str, files: Mapping[str, Content], *, pusher: Account | None = None, **words: Unpack[Words]
    ) -> Commit:
        """Push one commit to a branch; content of none deletes a file; by default the maintainer does it."""
        author = words.setdefault("author", self.maintainer)
        commit = self.build(self.tip(branch), files, **words)
        self.move(branch, commit.oid, pusher or (author if isinstance(author, Account) else self.maintainer))
        return commit

    def build(self, parent: str, files: Mapping[str, Content], **words: Unpack[Words]) -> Commit:
        """Make a commit on top of another without pushing it; the words are write_commit's."""
        tree = edit_tree(self.world, self.world.store.get_commit(parent).tree, files)
        return self.build_tree(tree, (parent,), **words)

    def build_tree(self, tree: str, parents: Iterable[str], **words: Unpack[Words]) -> Commit:
        """Make a commit of a whole tree without pushing it; the words are write_commit's."""
        return write_commit(self.world, tree, parents, **words)

    def force_push(self, branch: str, to: str, by: Account | None = None) -> None:
        """Point a branch at any commit."""
        self.move(branch, to, by or self.maintainer)

    def delete_branch(self, branch: str, by: Account | None = None) -> None:
        """Delete a branch: pull requests from it close; those into it close, or follow where it was merged to."""
        self.move(branch, None, by or self.maintainer)
