"""Questions about git objects, of however many pull requests, put together into few queries."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from msgspec import Struct

from keyturn.github.client import Client
from keyturn.github.fields import Fields
from keyturn.github.query import with_fragments

_AT_ONCE: Final = 100
"""The most questions in one query."""


class FileAt(Struct, frozen=True):
    """The tree entry at a path of a commit, with its text."""

    commit: str
    path: str


class NameAt(Struct, frozen=True):
    """The tree entry at a path of a commit, without its text."""

    commit: str
    path: str


class ChecksOn(Struct, frozen=True):
    """The check runs and statuses of a commit."""

    commit: str


Question: TypeAlias = FileAt | NameAt | ChecksOn
Answers: TypeAlias = Mapping[Question, Fields | None]


def ask(client: Client, questions: Iterable[Question], *, titles: bool) -> Answers:
    """Ask everything at once, a hundred questions a query.

    An answer is the tree entry or the first page of contexts; `None` where there is no such commit, path, or check.
    `titles` is whether check runs are wanted with their titles.
    """
    wanted = list(dict.fromkeys(questions))
    found: dict[Question, Fields | None] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        found |= _ask(client, wanted[start : start + _AT_ONCE], titles=titles)
    return found


def _ask(client: Client, questions: list[Question], *, titles: bool) -> dict[Question, Fields | None]:
    variables = client.named
    declared, asked = ["$owner: String!", "$name: String!"], []
    for place, question in enumerate(questions):
        variables[f"c{place}"] = question.commit
        declared.append(f"$c{place}: GitObjectID!")
        if isinstance(question, ChecksOn):
            wanted = "statusCheckRollup { contexts(first: 100) { ...ContextsPage } }"
        else:
            variables[f"p{place}"] = question.path
            declared.append(f"$p{place}: String!")
            fields = "...FileBlob" if isinstance(question, FileAt) else "mode type oid size"
            wanted = f"file(path: $p{place}) {{ {fields} }}"
        asked.append(f"q{place}: object(oid: $c{place}) {{ ... on Commit {{ {wanted} }} }}")
    if any(isinstance(question, ChecksOn) for question in questions):
        declared.append("$titles: Boolean!")
        variables["titles"] = titles
    head = f"query GitObjects({', '.join(declared)})"
    lines = "\n    ".join(asked)
    text = f"{head} {{\n  repository(owner: $owner, name: $name) {{\n    {lines}\n  }}\n}}\n"
    repository = client.graphql(with_fragments(text), variables).data.at("repository")
    return {question: _answer(repository.maybe(f"q{place}"), question) for place, question in enumerate(questions)}


def _answer(commit: Fields | None, question: Question) -> Fields | None:
    if commit is None:
        return None
    if isinstance(question, ChecksOn):
        return commit.maybe("statusCheckRollup", "contexts")
    return commit.maybe("file")
