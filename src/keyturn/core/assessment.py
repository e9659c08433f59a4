"""How severe a pull request is: the tier of every action, the floor of every changed file, and what they come to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique

from keyturn.core.classification import Classification, Classifier, Subject
from keyturn.core.cover import Cover, cover, files_to_cover
from keyturn.core.facts import Change, ChangedFile, Facts
from keyturn.core.manifest import Action, Manifest, Scope
from keyturn.core.patterns import compiled_glob
from keyturn.core.rulebook import Rule, RuleBook
from keyturn.core.tier import BY_SEVERITY, Tier

MAX_FILES = 3000
"""More changed files than GitHub lists cannot be judged."""
MAX_COMMITS = 250
"""More commits than GitHub lists cannot be judged."""


@dataclass(frozen=True, slots=True)
class ClassifiedAction:
    """An action with its place in the whole list, its tier, and the rules that speak of it."""

    index: int
    manifest: Manifest
    line: int
    action: Action
    classification: Classification
    covers: tuple[ChangedFile, ...]


@unique
class FloorCause(StrEnum):
    """Why a changed file may not pass below a tier."""

    PATH = "paths"
    UNDECLARED = "undeclared"
    RULE = "rules"
    RULE_BOOK = "rule book"
    WORKFLOWS = "workflows"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Floor:
    """The lowest tier at which a name in the diff may pass, and what says so; `detail` is the glob, rule or number."""

    name: str
    tier: Tier
    cause: FloorCause
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The severity of a pull request, with everything that led to it. `undeclared` are names in path order."""

    tier: Tier
    actions: tuple[ClassifiedAction, ...]
    floors: tuple[Floor, ...]
    undeclared: tuple[str, ...]
    too_many_files: bool
    too_many_commits: bool


def assess(facts: Facts, manifests: Sequence[Manifest], book: RuleBook) -> Assessment:
    """Judge the severity of a pull request by what its manifests say and by what its diff shows, whichever is worse."""
    actions = [
        (manifest, line, action)
        for manifest in manifests
        for line, action in zip(manifest.lines, manifest.actions, strict=True)
    ]
    files = files_to_cover(facts.files, facts.manifest_path)
    coverage = cover([action for _, _, action in actions], files, book)
    classifier = Classifier(book)
    classified = tuple(
        ClassifiedAction(
            index,
            manifest,
            line,
            action,
            _classify(classifier, action, manifest.agent, coverage.covered.get(index, ())),
            coverage.covered.get(index, ()),
        )
        for index, (manifest, line, action) in enumerate(actions)
    )
    floors = (
        *_path_floors(facts, book),
        *_undeclared_floors(coverage, classifier, book),
        *_volume_floors(len(files), book),
    )
    too_many_files = max(facts.file_count, len(facts.files)) > MAX_FILES
    too_many_commits = max(facts.commit_count, len(facts.commits)) > MAX_COMMITS
    tiers = [item.classification.tier for item in classified] + [floor.tier for floor in floors]
    if too_many_files or too_many_commits:
        tiers.append(Tier.EMERGENCY)
    return Assessment(
        tier=max(tiers, default=Tier.AUTO),
        actions=classified,
        floors=floors,
        undeclared=tuple(file.path for file in coverage.uncovered),
        too_many_files=too_many_files,
        too_many_commits=too_many_commits,
    )


def _classify(
    classifier: Classifier, action: Action, agent: str | None, covers: Sequence[ChangedFile]
) -> Classification:
    """The worst of the action as written and as seen through each file it covers.

    Of equals, the first rule in the file.
    """

    def subject(target: str, scope: Scope) -> Subject:
        return Subject(
            action_type=action.action_type,
            target=target,
            scope=scope,
            estimated_impact=action.estimated_impact,
            description=action.description,
            agent=agent,
        )

    scope = Scope.DIRECTORY if len(covers) > 1 else action.scope
    seen = [classifier.classify(subject(action.target, action.scope), covers=bool(covers))]
    seen += [
        classifier.classify(subject(name, scope), covers=True)
        for name in dict.fromkeys(name for file in covers for name in file.names)
    ]
    return min(seen, key=lambda found: (-found.tier.severity, found.rule.line if found.rule else float("inf")))


def _path_floors(facts: Facts, book: RuleBook) -> Iterable[Floor]:
    """The floors of names that the rule book protects, and of what protects the rule book."""
    globs = [(compiled_glob(floor.glob, casefold=True), floor) for floor in book.paths]
    own = facts.rules_path.strip("/").casefold()
    for name in sorted({name for file in facts.files for name in file.names}):
        folded = name.casefold()
        found = [Floor(name, floor.tier, FloorCause.PATH, floor.glob) for glob, floor in globs if glob.matches(name)]
        if folded == own:
            found.append(Floor(name, Tier.MULTI, FloorCause.RULE_BOOK, facts.rules_path))
        if folded.startswith(".github/workflows/"):
            found.append(Floor(name, Tier.MULTI, FloorCause.WORKFLOWS, ".github/workflows/"))
        if found:
            yield max(found, key=lambda floor: floor.tier.severity)


def _undeclared_floors(coverage: Cover, classifier: Classifier, book: RuleBook) -> Iterable[Floor]:
    """The floors of files that no action covers: silence is never cheaper than the truth."""
    for file in coverage.uncovered:
        action_type = "delete" if file.change is Change.REMOVED else "write"
        for name in file.names:
            told = classifier.classify(
                Subject(action_type=action_type, target=name, scope=Scope.SINGLE_FILE), covers=True
            )
            if told.tier > book.undeclared:
                yield Floor(name, told.tier, FloorCause.RULE, _rule_name(told.rule, book))
            else:
                yield Floor(name, book.undeclared, FloorCause.UNDECLARED, book.undeclared)


def _volume_floors(count: int, book: RuleBook) -> Iterable[Floor]:
    """The most severe floor that the mere number of changed files sets, manifests aside."""
    for tier in BY_SEVERITY:
        limit = book.volume.get(tier)
        if limit is not None and count > limit:
            yield Floor(f"{count} changed files", tier, FloorCause.VOLUME, str(limit))
            return


def _rule_name(rule: Rule | None, book: RuleBook) -> str:
    return f"{book.path}:{rule.line}" if rule else "unmatched"
