"""How severe a pull request is: the tier of every action, the floor of every changed file, and what they come to."""

from collections.abc import Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from keyturn.core.classification import Classification, Classifier, Shortlist, Subject
from keyturn.core.cover import cover, files_to_cover
from keyturn.core.facts import ChangedFile, Facts
from keyturn.core.floors import Floor, FloorCause, path_floors, undeclared_floors, volume_floors
from keyturn.core.manifest import Action, Manifest, Scope
from keyturn.core.place import is_manifest
from keyturn.core.rulebook import RuleBook
from keyturn.core.tier import Tier

__all__ = ["MAX_COMMITS", "MAX_FILES", "Assessment", "ClassifiedAction", "Floor", "FloorCause", "assess"]

MAX_FILES = 3000
"""More changed files than GitHub lists cannot be judged."""
MAX_COMMITS = 250
"""More commits than GitHub lists cannot be judged."""


class ClassifiedAction(Struct, frozen=True):
    """An action with its place in the whole list, its tier, and the rules that speak of it."""

    index: int
    manifest: Manifest
    line: int
    action: Action
    classification: Classification
    covers: tuple[ChangedFile, ...]


class Assessment(Struct, frozen=True, kw_only=True):
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
    standing_apart = [file.path for file in facts.files if is_manifest(file.path, facts.manifest_path)]
    coverage = cover([action for _, _, action in actions], files, book, manifests=standing_apart)
    classifier = Classifier(book)
    lens = _Lens(classifier)
    classified = tuple(
        ClassifiedAction(index, manifest, line, action, lens.classify(action, manifest.agent, covers), covers)
        for index, (manifest, line, action) in enumerate(actions)
        for covers in (coverage.covered.get(index, ()),)
    )
    floors = (
        *path_floors(facts, book),
        *undeclared_floors(coverage.uncovered, classifier, book),
        *volume_floors(len(files), book),
    )
    too_many_files = max(facts.file_count, len(facts.files)) > MAX_FILES
    too_many_commits = max(facts.commit_count, len(facts.commits)) > MAX_COMMITS
    tiers = {item.classification.tier for item in classified} | {floor.tier for floor in floors}
    if too_many_files or too_many_commits:
        tiers.add(Tier.EMERGENCY)
    return Assessment(
        tier=max(tiers, default=Tier.AUTO),
        actions=classified,
        floors=floors,
        undeclared=tuple(file.path for file in coverage.uncovered),
        too_many_files=too_many_files,
        too_many_commits=too_many_commits,
    )


class _Lens(Struct):
    """Sees actions through the changed files they cover; the same rules through the same files only once."""

    classifier: Classifier
    _seen: dict[tuple[int, int], Classification] = field(default_factory=dict)

    def classify(self, action: Action, agent: str | None, covers: tuple[ChangedFile, ...]) -> Classification:
        """The worst of the action as written and as seen through each file it covers; of equals, the first rule."""
        written = Subject(
            action_type=action.action_type,
            target=action.target,
            scope=action.scope,
            estimated_impact=action.estimated_impact,
            description=action.description,
            agent=agent,
        )
        as_written = self.classifier.classify(written, covers=bool(covers))
        if not covers:
            return as_written
        scope = Scope.DIRECTORY if len(covers) > 1 else action.scope
        shortlist = self.classifier.shortlist(replace(written, scope=scope))
        return min(as_written, self._through(covers, shortlist), key=_severest_first)

    def _through(self, covers: tuple[ChangedFile, ...], shortlist: Shortlist) -> Classification:
        # Both are kept alive by what they come from: the classifier, and the cover that shares equal tuples.
        key = id(covers), id(shortlist)
        if key not in self._seen:
            found = {
                name: shortlist.classify(name, covers=True)
                for name in dict.fromkeys(name for file in covers for name in file.names)
            }
            self._seen[key] = min(found.values(), key=_severest_first)
        return self._seen[key]


def _severest_first(found: Classification) -> tuple[int, float]:
    return -found.tier.severity, found.rule.line if found.rule else float("inf")
