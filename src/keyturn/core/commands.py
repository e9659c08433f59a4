"""What people ask of keyturn in the first line of a comment or of an approving review."""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum, unique

from msgspec import Struct

from keyturn.core.facts import Account, Comment, Facts, Review, ReviewState


@unique
class Verb(StrEnum):
    """The commands there are."""

    OVERRIDE = "override"
    RENEW = "renew"
    RECHECK = "recheck"


class Command(Struct, frozen=True, kw_only=True):
    """A command by a person, unedited. `source` is the node id of the comment or review; `review` marks a review.

    `commit` and `reason` are what an override names; empty where it names none. `reactions` are keyturn's own so far,
    `None` where GitHub does not say.
    """

    verb: Verb
    by: Account
    at: datetime
    source: str
    review: bool
    commit: str = ""
    reason: str = ""
    reactions: frozenset[str] | None = frozenset()


_LINE = re.compile(r"/keyturn[ \t]+(?P<verb>[a-z]+)(?:[ \t]+(?P<rest>.*))?")


def parse(body: str) -> tuple[Verb, str] | None:
    """The command in the first line of a text, and what follows it; `None` where the line is no command."""
    first = body.partition("\n")[0].rstrip()
    found = _LINE.fullmatch(first)
    if found is None or found["verb"] not in set(Verb):
        return None
    verb, rest = Verb(found["verb"]), (found["rest"] or "").strip()
    if rest and verb is not Verb.OVERRIDE:
        return None
    return verb, rest


def commands(facts: Facts) -> tuple[Command, ...]:
    """Every command in force, oldest first: by a person, in a comment or approving review that was never edited."""
    spoken: Iterable[tuple[datetime, Comment | Review]] = [
        *((comment.created_at, comment) for comment in facts.comments),
        *((review.submitted_at, review) for review in facts.reviews if review.state is ReviewState.APPROVED),
    ]
    found = []
    for at, said in spoken:
        author = said.author
        if author is None or not author.is_person or said.edited:
            continue
        parsed = parse(said.body)
        if parsed is None:
            continue
        verb, rest = parsed
        commit, *reason = rest.split(maxsplit=1) or [""]
        found.append(
            Command(
                verb=verb,
                by=author,
                at=at,
                source=said.id,
                review=isinstance(said, Review),
                commit=commit,
                reason="".join(reason),
                reactions=said.reactions,
            )
        )
    return tuple(sorted(found, key=lambda command: (command.at, command.source)))
