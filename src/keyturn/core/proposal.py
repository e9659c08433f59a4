"""What a pull request's manifests say, or why they cannot be taken at their word."""

from collections.abc import Iterable

from msgspec import Struct

from keyturn.core.digest import manifest_digest
from keyturn.core.facts import Facts
from keyturn.core.inquiry import Answer, Inquiry
from keyturn.core.manifest import Manifest, read_each
from keyturn.core.problem import Problem


class Proposal(Struct, frozen=True, kw_only=True):
    """The manifests of a pull request; with `problems` they are refused, and `digest` is `None`.

    `requesters` are the people whom any readable manifest names, also where others are refused: a broken manifest frees
    nobody.
    """

    manifests: tuple[Manifest, ...]
    problems: tuple[Problem, ...]
    digest: str | None
    requesters: tuple[str, ...]

    @property
    def missing(self) -> bool:
        """Whether the pull request brings no manifest at all."""
        return not self.manifests and not self.problems


def propose(facts: Facts, inquiry: Inquiry) -> Proposal:
    """Read all manifests of a pull request; never raises for what they hold."""
    if not facts.manifests:
        return Proposal(manifests=(), problems=(), digest=manifest_digest(()), requesters=())
    reading = read_each(facts.manifests)
    manifests = reading.manifests
    if reading.problems:
        return Proposal(manifests=(), problems=reading.problems, digest=None, requesters=_requesters(manifests))
    problems = () if facts.offline else tuple(_nobodies(manifests, inquiry))
    digest = None if problems else manifest_digest(action for manifest in manifests for action in manifest.actions)
    return Proposal(
        manifests=() if problems else manifests, problems=problems, digest=digest, requesters=_requesters(manifests)
    )


def _requesters(manifests: Iterable[Manifest]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(manifest.requested_by for manifest in manifests if manifest.requested_by is not None))


def _nobodies(manifests: Iterable[Manifest], inquiry: Inquiry) -> Iterable[Problem]:
    """The requesters that are no person's account. One that nobody has looked up yet is let be until it is."""
    for manifest in manifests:
        login = manifest.requested_by
        if login is not None and inquiry.person(login) is Answer.NO:
            yield Problem(
                manifest.path,
                manifest.requested_by_line,
                None,
                f"`requested_by` names {login!r}, which is no person's account; name the person who asked for the work",
            )
