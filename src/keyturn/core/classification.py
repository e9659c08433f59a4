"""Which tier the rules give to one proposed action."""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from keyturn.core.patterns import name_matches, normal
from keyturn.core.rulebook import Rule, RuleBook
from keyturn.core.tier import Tier

_CLASS = re.compile(r"\[!?\]?[^\]]*\]")
_WILDCARD = re.compile(r"[*?\[]")


class Subject(Struct, frozen=True, kw_only=True):
    """What rules are matched against; `None` where nobody has said."""

    action_type: str
    target: str
    scope: str
    estimated_impact: str | None = None
    description: str | None = None
    agent: str | None = None


class Classification(Struct, frozen=True):
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


class _Pattern:
    """A pattern in the form it is compared in; without wildcards it is a literal text."""

    __slots__ = ("beginning", "literal", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.beginning = _WILDCARD.split(text, maxsplit=1)[0]
        self.literal = self.beginning == text

    def matches(self, text: str) -> bool:
        """Whether the pattern matches the whole text."""
        return text == self.text if self.literal else name_matches(self.text, text)


class _Compiled(Struct, frozen=True):
    """A rule with the patterns of its keys; a key that is only `*` asks for nothing and has none.

    `raw` is whether it compares texts as they are written: what a rule of `auto` lets pass must be written exactly so.
    """

    rule: Rule
    order: int
    raw: bool
    patterns: Mapping[str, _Pattern]

    def allows(self, key: str, text: str | None) -> bool:
        """Whether the rule lets this text stand under a key; `None` passes only where nothing is asked."""
        pattern = self.patterns.get(key)
        if pattern is None:
            return True
        return text is not None and pattern.matches(text if self.raw else normal(text))

    def asks(self, *keys: str) -> bool:
        """Whether the rule has a pattern for any of these keys."""
        return not self.patterns.keys().isdisjoint(keys)

    def is_wild(self) -> bool:
        """Whether it names no target."""
        return not self.asks("target") or is_wild(self.patterns["target"].text)


def _compile(order: int, rule: Rule) -> _Compiled:
    raw = rule.tier is Tier.AUTO
    written = {key: text if raw else normal(text) for key, text in rule.keys}
    return _Compiled(rule, order, raw, {key: _Pattern(text) for key, text in written.items() if text.strip("*")})


def _order(rule: _Compiled) -> int:
    return rule.order


class _Index:
    """Finds the rules whose pattern for a key matches a text, by what stands before the pattern's first wildcard."""

    def __init__(self, key: str, rules: Iterable[_Compiled]) -> None:
        self._key = key
        self._literal: dict[tuple[bool, str], list[_Compiled]] = {}
        self._beginning: dict[tuple[bool, str], list[_Compiled]] = {}
        for rule in rules:
            pattern = rule.patterns[key]
            found = self._literal if pattern.literal else self._beginning
            found.setdefault((rule.raw, pattern.beginning), []).append(rule)
        self._lengths = {(raw, len(beginning)) for raw, beginning in self._beginning}
        self.empty = not (self._literal or self._beginning)

    def matching(self, text: str) -> list[_Compiled]:
        """The rules that match, in no order."""
        compared = normal(text)
        near = [*self._literal.get((False, compared), ()), *self._literal.get((True, text), ())]
        for raw, length in self._lengths:
            near += self._beginning.get((raw, (text if raw else compared)[:length]), ())
        return [rule for rule in near if rule.allows(self._key, text)]


class _Type:
    """The rules for one action type, and the shortlists made of them by what else is known of an action."""

    def __init__(self, rules: Iterable[_Compiled], unmatched: Tier) -> None:
        rules = tuple(rules)
        self._named = _Index("target", (rule for rule in rules if rule.asks("target")))
        self._others = tuple(rule for rule in rules if not rule.asks("target"))
        self._asks_kind = any(rule.asks("scope", "estimated_impact") for rule in rules)
        self._reading = tuple(rule for rule in rules if rule.asks("description", "agent"))
        self._unmatched = unmatched
        self._shortlists: dict[tuple[str, str | None, frozenset[int]], Shortlist] = {}

    def shortlist(self, subject: Subject) -> "Shortlist":
        """The rules that match everything about a subject but its target."""
        out = self._ruled_out(subject) if self._reading else _NONE
        key = (subject.scope, subject.estimated_impact, out) if self._asks_kind else ("", None, out)
        found = self._shortlists.get(key)
        if found is None:
            found = self._shortlists[key] = Shortlist(self._named, self._others, key, self._unmatched)
        return found

    def _ruled_out(self, subject: Subject) -> frozenset[int]:
        """Which rules do not match because of what is written freely."""
        return frozenset(
            rule.order
            for rule in self._reading
            if not (rule.allows("description", subject.description) and rule.allows("agent", subject.agent))
        )


_NONE: frozenset[int] = frozenset()


class Shortlist:
    """The rules that are left for an action once everything but its target is known."""

    def __init__(
        self,
        named: _Index,
        others: Iterable[_Compiled],
        kind: tuple[str, str | None, frozenset[int]],
        unmatched: Tier,
    ) -> None:
        """Keep the rules that name a target, and of all others those that fit.

        `kind` is the scope, the impact, and which rules the free text of the action rules out.
        """
        self._scope, self._impact, self._out = kind
        self._named = named
        self._others = [rule for rule in others if self._fits(rule)]
        self._unmatched = unmatched
        self._known: tuple[dict[str | None, Classification], dict[str | None, Classification]] = {}, {}

    def classify(self, target: str, *, covers: bool) -> Classification:
        """The tier of the action with this target.

        `covers` says whether the action stands for a changed file, for which no rule passes by default or by wildcard.
        """
        known = self._known[covers]
        key = None if self._named.empty else target
        found = known.get(key)
        if found is None:
            found = known[key] = self._decided(target, covers=covers)
        if found.tier is Tier.AUTO and not is_plain(target):
            return Classification(Tier.SINGLE, None, found.rule)
        return found

    def _decided(self, target: str, *, covers: bool) -> Classification:
        """The most severe rule that matches decides, and the next one is the runner-up."""
        rules = [*(rule for rule in self._named.matching(target) if self._fits(rule)), *self._others]
        if covers:
            rules = [rule for rule in rules if not (rule.raw and rule.is_wild())]
        if not rules:
            return Classification(max(self._unmatched, Tier.SINGLE if covers else Tier.AUTO), None)
        rules.sort(key=_order)
        chosen = rules[0].rule
        return Classification(chosen.tier, chosen, rules[1].rule if len(rules) > 1 else None)

    def _fits(self, rule: _Compiled) -> bool:
        return (
            rule.order not in self._out
            and rule.allows("scope", self._scope)
            and rule.allows("estimated_impact", self._impact)
        )


class Classifier:
    """Matches actions against the rules of one rule book.

    Rules are found by action type and by what their targets begin with; what remains to be tried for an action hardly
    grows with the rule book.
    """

    def __init__(self, book: RuleBook) -> None:
        """Compile the rules, the most severe tier first, in file order within a tier."""
        ordered = sorted(book.rules, key=lambda rule: (-rule.tier.severity, rule.line))
        rules = [_compile(order, rule) for order, rule in enumerate(ordered)]
        self._typed = _Index("action_type", (rule for rule in rules if rule.asks("action_type")))
        self._untyped = [rule for rule in rules if not rule.asks("action_type")]
        self._unmatched = book.unmatched
        self._types: dict[str, _Type] = {}

    def classify(self, subject: Subject, *, covers: bool) -> Classification:
        """The tier of a subject.

        `covers` says whether the action stands for a changed file, for which no rule passes by default or by wildcard.
        """
        return self.shortlist(subject).classify(subject.target, covers=covers)

    def shortlist(self, subject: Subject) -> Shortlist:
        """The rules that match a subject in everything but its target; the same object for the same kind of subject."""
        of_type = self._types.get(subject.action_type)
        if of_type is None:
            rules = (*self._typed.matching(subject.action_type), *self._untyped)
            of_type = self._types[subject.action_type] = _Type(rules, self._unmatched)
        return of_type.shortlist(subject)
