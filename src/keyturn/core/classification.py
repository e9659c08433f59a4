"""Which tier the rules give to one proposed action."""

import fnmatch
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from keyturn.core.rulebook import Rule, RuleBook
from keyturn.core.tier import Tier


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


@lru_cache(maxsize=65_536)
def normal(text: str) -> str:
    """The form in which texts are compared: NFKC, case-folded, trimmed."""
    if text.isascii():
        return text.lower().strip()
    return unicodedata.normalize("NFKC", text).casefold().strip()


def is_plain(text: str) -> bool:
    """Whether a text is printable ASCII throughout, so that it cannot merely look like another."""
    return text.isascii() and text.isprintable()


def is_wild(pattern: str) -> bool:
    """Whether a pattern names nothing: it is made of wildcards only."""
    return not re.sub(r"\[[^\]]+\]|[*?]", "", pattern)


def _says_nothing(pattern: str) -> bool:
    return not pattern.strip("*")


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    order: int
    tests: Mapping[str, Callable[[str], object]]
    target: str | None
    """The target where it is a literal text, already in the form it is compared in."""


def _compile(order: int, rule: Rule) -> _Compiled:
    """Turn the patterns of a rule into tests of texts; a key that is only `*` tests nothing."""
    literal: str | None = None
    tests: dict[str, Callable[[str], object]] = {}
    for key, written in dict(rule.keys).items():
        pattern = written if rule.tier is Tier.AUTO else normal(written)
        if _says_nothing(pattern):
            continue
        if key == "target" and not re.search(r"[*?\[]", pattern):
            literal = pattern
        else:
            tests[key] = re.compile(fnmatch.translate(pattern)).match
    return _Compiled(rule, order, tests, literal)


class _Shortlist:
    """The rules that are left once action type, scope and impact are known, the most severe first."""

    def __init__(self, rules: Iterable[_Compiled]) -> None:
        self.named: dict[tuple[bool, str], list[_Compiled]] = {}
        self.patterns: list[_Compiled] = []
        for compiled in rules:
            if compiled.target is None:
                self.patterns.append(compiled)
            else:
                self.named.setdefault((compiled.rule.tier is Tier.AUTO, compiled.target), []).append(compiled)

    def candidates(self, target: str) -> list[_Compiled]:
        """The rules that the target does not already rule out by being another literal text."""
        named = self.named.get((False, normal(target)), []) + self.named.get((True, target), [])
        return sorted(named + self.patterns, key=lambda compiled: compiled.order) if named else self.patterns


class Classifier:
    """Matches actions against the rules of one rule book.

    The rules that match action type, scope and impact are kept by those three, of which there are few; what remains to
    be tried for an action hardly grows with the rule book.
    """

    def __init__(self, book: RuleBook) -> None:
        """Compile the rules, the most severe tier first, in file order within a tier."""
        ordered = sorted(book.rules, key=lambda rule: (-rule.tier.severity, rule.line))
        self._rules = [_compile(order, rule) for order, rule in enumerate(ordered)]
        self._unmatched = book.unmatched
        self._shortlists: dict[tuple[str, str, str | None], _Shortlist] = {}

    def classify(self, subject: Subject, *, covers: bool) -> Classification:
        """The tier of a subject.

        `covers` says whether the action stands for a changed file, for which no rule passes by default or by wildcard.
        """
        matches = []
        for rule in self._matches(subject):
            if covers and rule.tier is Tier.AUTO and is_wild(dict(rule.keys).get("target", "*")):
                continue
            matches.append(rule)
            if len(matches) > 1:
                break
        chosen = matches[0] if matches else None
        runner_up = matches[1] if len(matches) > 1 else None
        if chosen is None:
            floor = Tier.SINGLE if covers else Tier.AUTO
            result = Classification(max(self._unmatched, floor), None)
        else:
            result = Classification(chosen.tier, chosen, runner_up)
        if result.tier is Tier.AUTO and not is_plain(subject.target):
            return Classification(Tier.SINGLE, None, chosen)
        return result

    def _matches(self, subject: Subject) -> Iterable[Rule]:
        """The rules that match, the most severe first."""
        for compiled in self._shortlist(subject).candidates(subject.target):
            raw = compiled.rule.tier is Tier.AUTO
            for key in ("target", "description", "agent"):
                test = compiled.tests.get(key)
                text = getattr(subject, key)
                if test is not None and (text is None or not test(text if raw else normal(text))):
                    break
            else:
                yield compiled.rule

    def _shortlist(self, subject: Subject) -> _Shortlist:
        key = (subject.action_type, subject.scope, subject.estimated_impact)
        found = self._shortlists.get(key)
        if found is None:
            texts = dict(zip(("action_type", "scope", "estimated_impact"), key, strict=True))
            found = self._shortlists[key] = _Shortlist(
                compiled
                for compiled in self._rules
                if all(
                    text is not None and test(text if compiled.rule.tier is Tier.AUTO else normal(text))
                    for name, text in texts.items()
                    if (test := compiled.tests.get(name)) is not None
                )
            )
        return found
