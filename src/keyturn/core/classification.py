"""Which tier the rules give to one proposed action."""

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from keyturn.core.patterns import normal
from keyturn.core.rulebook import Rule, RuleBook
from keyturn.core.tier import Tier

_CLASS = re.compile(r"\[!?\]?[^\]]*\]")
_WILDCARD = re.compile(r"[*?\[]")
_FREE_TEXT = ("description", "agent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What rules are matched against; `None` where nobody has said."""

    action_type: str
    target: str
    scope: str
    estimated_impact: str | None = None
    description: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    """The tier, the rule that gave it (`None`: none did), and the rule that would have been next."""

    tier: Tier
    rule: Rule | None
    runner_up: Rule | None = None


def is_plain(text: str) -> bool:
    """Whether a text is printable ASCII throughout, so that it cannot merely look like another."""
    return text.isascii() and text.isprintable()


def is_wild(pattern: str) -> bool:
    """Whether a pattern names nothing: it is made of wildcards only."""
    return not _CLASS.sub("", pattern).strip("*?")


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule with the tests of its keys; a key that is only `*` tests nothing."""

    rule: Rule
    order: int
    tests: Mapping[str, Callable[[str], object]]
    target: str | None
    """The pattern of the target, in the form it is compared in; `None` where any will do."""

    def allows(self, key: str, text: str | None) -> bool:
        """Whether the rule lets this text stand under a key; `None` passes only where nothing is tested."""
        test = self.tests.get(key)
        if test is None:
            return True
        return text is not None and test(text if self.rule.tier is Tier.AUTO else normal(text)) is not None

    @property
    def names_a_target(self) -> bool:
        """Whether its target is more than wildcards."""
        return self.target is not None and not is_wild(self.target)


def _compile(order: int, rule: Rule) -> _Compiled:
    written = {key: text if rule.tier is Tier.AUTO else normal(text) for key, text in rule.keys}
    tested = {key: pattern for key, pattern in written.items() if pattern.strip("*")}
    tests = {key: re.compile(fnmatch.translate(pattern)).match for key, pattern in tested.items()}
    return _Compiled(rule, order, tests, tested.get("target"))


class _Targets:
    """Finds the rules whose target matches, by what stands before the first wildcard, not by trying every rule."""

    def __init__(self, rules: Iterable[_Compiled]) -> None:
        self._literal: dict[str, list[_Compiled]] = {}
        self._beginning: dict[str, list[_Compiled]] = {}
        for rule in rules:
            pattern = rule.target or "*"
            wildcard = _WILDCARD.search(pattern)
            if wildcard is None:
                self._literal.setdefault(pattern, []).append(rule)
            else:
                self._beginning.setdefault(pattern[: wildcard.start()], []).append(rule)
        self._lengths = sorted({len(beginning) for beginning in self._beginning})

    def matching(self, target: str) -> Iterator[_Compiled]:
        """The rules that match a target in the form they compare it in, the most severe first."""
        near = list(self._literal.get(target, ()))
        for length in self._lengths:
            near += self._beginning.get(target[:length], ())
        near.sort(key=lambda rule: rule.order)
        for rule in near:
            test = rule.tests.get("target")
            if test is None or test(target) is not None:
                yield rule


class Shortlist:
    """The rules that are left for an action once everything but its target is known."""

    def __init__(self, rules: Iterable[_Compiled], unmatched: Tier) -> None:
        """Sort the rules by what their targets begin with."""
        rules = tuple(rules)
        self._above = _Targets(rule for rule in rules if rule.rule.tier is not Tier.AUTO)
        self._auto = _Targets(rule for rule in rules if rule.rule.tier is Tier.AUTO)
        self._unmatched = unmatched
        self._known: tuple[dict[str, Classification], dict[str, Classification]] = {}, {}

    def classify(self, target: str, *, covers: bool) -> Classification:
        """The tier of the action with this target.

        `covers` says whether the action stands for a changed file, for which no rule passes by default or by wildcard.
        """
        known = self._known[covers]
        found = known.get(target)
        if found is None:
            found = known[target] = self._classify(target, covers=covers)
        return found

    def _classify(self, target: str, *, covers: bool) -> Classification:
        matching = self._matching(target, covers=covers)
        chosen, runner_up = next(matching, None), next(matching, None)
        tier = chosen.tier if chosen is not None else max(self._unmatched, Tier.SINGLE if covers else Tier.AUTO)
        if tier is Tier.AUTO and not is_plain(target):
            return Classification(Tier.SINGLE, None, chosen)
        return Classification(tier, chosen, runner_up)

    def _matching(self, target: str, *, covers: bool) -> Iterator[Rule]:
        """The rules that match, the most severe first; those of `auto` compare the text as it is written."""
        for compiled in self._above.matching(normal(target)):
            yield compiled.rule
        for compiled in self._auto.matching(target):
            if compiled.names_a_target or not covers:
                yield compiled.rule


class _Kind:
    """The rules for one action type, scope and impact: those that are sure, and those that read free text besides."""

    def __init__(self, rules: Iterable[_Compiled], unmatched: Tier) -> None:
        self._rules = tuple(rules)
        self._reading = tuple(rule for rule in self._rules if not rule.tests.keys().isdisjoint(_FREE_TEXT))
        self._unmatched = unmatched
        self._shortlists: dict[frozenset[int], Shortlist] = {}

    def shortlist(self, subject: Subject) -> Shortlist:
        """The rules that are left for this subject."""
        out = frozenset(
            rule.order
            for rule in self._reading
            if not all(rule.allows(key, text) for key, text in zip(_FREE_TEXT, _free_texts(subject), strict=True))
        )
        found = self._shortlists.get(out)
        if found is None:
            left = (rule for rule in self._rules if rule.order not in out)
            found = self._shortlists[out] = Shortlist(left, self._unmatched)
        return found


def _free_texts(subject: Subject) -> tuple[str | None, str | None]:
    return subject.description, subject.agent


class Classifier:
    """Matches actions against the rules of one rule book.

    The rules that match action type, scope and impact are kept by those three, of which there are few, and by what
    their targets begin with; what remains to be tried for an action hardly grows with the rule book.
    """

    def __init__(self, book: RuleBook) -> None:
        """Compile the rules, the most severe tier first, in file order within a tier."""
        ordered = sorted(book.rules, key=lambda rule: (-rule.tier.severity, rule.line))
        self._rules = [_compile(order, rule) for order, rule in enumerate(ordered)]
        self._unmatched = book.unmatched
        self._kinds: dict[tuple[str, str, str | None], _Kind] = {}

    def classify(self, subject: Subject, *, covers: bool) -> Classification:
        """The tier of a subject.

        `covers` says whether the action stands for a changed file, for which no rule passes by default or by wildcard.
        """
        return self.shortlist(subject).classify(subject.target, covers=covers)

    def shortlist(self, subject: Subject) -> Shortlist:
        """The rules that match a subject in everything but its target; the same object for the same rules."""
        key = (subject.action_type, subject.scope, subject.estimated_impact)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = _Kind(
                (
                    rule
                    for rule in self._rules
                    if rule.allows("action_type", subject.action_type)
                    and rule.allows("scope", subject.scope)
                    and rule.allows("estimated_impact", subject.estimated_impact)
                ),
                self._unmatched,
            )
        return kind.shortlist(subject)
