"""Making commits as tests describe them: who wrote, who committed, with whom, signed or not."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias, TypedDict, Unpack

from tests.github_server.state.accounts import Account
from tests.github_server.state.git_objects import Commit, Person, Signature
from tests.github_server.state.git_store import Content

if TYPE_CHECKING:
    from tests.github_server.state.world import World

Author: TypeAlias = Account | tuple[str, str]
"""An account, or a name and an address that may belong to nobody."""


class Words(TypedDict, total=False):
    """What may be said of a commit to make.

    `author` wrote it; `committer` is by default the author, or GitHub where it is `signed`, which means by GitHub;
    `coauthors` become trailers.
    """

    author: Author
    committer: Author | None
    coauthors: Iterable[Author]
    message: str
    signed: bool


BY_GITHUB = Signature(is_valid=True, by_github=True, state="VALID")


def write_commit(world: "World", tree: str, parents: Iterable[str], **words: Unpack[Words]) -> Commit:
    """Store a commit made now; without an author it is GitHub's own."""
    now, author, signed = world.clock.now, words.get("author", world.web_flow), words.get("signed", False)
    committer = words.get("committer") or (world.web_flow if signed else author)
    people = [person(each, now) for each in words.get("coauthors", ())]
    trailers = "".join(f"\nCo-authored-by: {each.name} <{each.email}>" for each in people)
    return world.store.commit(
        tree,
        parents,
        author=person(author, now),
        committer=person(committer, now),
        message=words.get("message", "Change") + (f"\n{trailers}" if trailers else ""),
        signature=BY_GITHUB if signed else None,
    )


def edit_tree(world: "World", tree: str | None, files: Mapping[str, Content]) -> str:
    """Store the tree that `tree` becomes with these files set or, where the content is none, taken away."""
    return world.store.edit(tree, {path: world.store.leaf(content) for path, content in files.items()})


def person(author: Author, moment: datetime) -> Person:
    """Write an author or committer line."""
    if isinstance(author, Account):
        return author.signs(moment)
    return Person(author[0], author[1], moment)
