"""The lowest tier at which each changed file may pass, whatever the manifests say of it."""

from collections.abc import Iterable, Iterator
from enum import StrEnum, unique

from msgspec import Struct

from keyturn.core.classification import Classifier, Subject
from keyturn.core.facts import Change, ChangedFile, Facts
from keyturn.core.manifest import Scope
from keyturn.core.patterns import compiled_glob
from keyturn.core.rulebook import RuleBook
from keyturn.core.tier import BY_SEVERITY, Tier

WORKFLOWS = ".github/workflows"
"""Where GitHub finds what it runs."""


@unique
class FloorCause(StrEnum):
    """Why a changed file may not pass below a tier."""

    PATH = "paths"
    UNDECLARED = "undeclared"
    RULE = "rules"
    RULE_BOOK = "rule book"
    WORKFLOWS = "workflows"
    VOLUME = "volume"


class Floor(Struct, frozen=True):
    """The lowest tier at which a name in the diff may pass, and what says so; `detail` is the glob, rule or number."""

    name: str
    tier: Tier
    cause: FloorCause
    detail: str


def path_floors(facts: Facts, book: RuleBook) -> Iterator[Floor]:
    """The floors of names that the rule book protects, and of what protects the rule book; the most severe of each."""
    globs = [(compiled_glob(floor.glob, casefold=True), floor) for floor in book.paths]
    for name in sorted({name for file in facts.files for name in file.names}):
        found = [Floor(name, floor.tier, FloorCause.PATH, floor.glob) for glob, floor in globs if glob.matches(name)]
        if _stands_at(name, facts.rules_path):
            found.append(Floor(name, Tier.MULTI, FloorCause.RULE_BOOK, facts.rules_path))
        if _stands_at(name, WORKFLOWS):
            found.append(Floor(name, Tier.MULTI, FloorCause.WORKFLOWS, f"{WORKFLOWS}/"))
        if found:
            yield max(found, key=lambda floor: floor.tier.severity)


def _stands_at(name: str, place: str) -> bool:
    """Whether a changed name is this place, is in it, or is a file where one of its folders belongs; case aside."""
    name, place = f"{name.casefold()}/", f"{place.strip('/').casefold()}/"
    return name.startswith(place) or place.startswith(name)


def undeclared_floors(files: Iterable[ChangedFile], classifier: Classifier, book: RuleBook) -> Iterator[Floor]:
    """The floors of files that no action covers, under each of their names: silence is never cheaper than the truth."""
    for file in files:
        for name in file.names:
            yield _as_undeclared(name, file.change, classifier, book)


def _as_undeclared(name: str, change: Change, classifier: Classifier, book: RuleBook) -> Floor:
    """What the rules say of an honest `write`, or `delete` of a removed file, but at least `undeclared`."""
    action_type = "delete" if change is Change.REMOVED else "write"
    told = classifier.classify(Subject(action_type=action_type, target=name, scope=Scope.SINGLE_FILE), covers=True)
    if told.tier <= book.undeclared:
        return Floor(name, book.undeclared, FloorCause.UNDECLARED, book.undeclared)
    return Floor(name, told.tier, FloorCause.RULE, f"{book.path}:{told.rule.line}" if told.rule else "unmatched")


def volume_floors(count: int, book: RuleBook) -> Iterator[Floor]:
    """The most severe floor that the mere number of changed files sets, manifests aside."""
    for tier in BY_SEVERITY:
        limit = book.volume.get(tier)
        if limit is not None and count > limit:
            yield Floor(f"{count} changed files", tier, FloorCause.VOLUME, str(limit))
            return
