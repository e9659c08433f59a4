"""The rules of a rule book where they stand, and which of them can never decide because another one always does."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from msgspec import Struct

from keyturn.core.form import matching
from keyturn.core.nodes import ListNode, MapNode, Scalar
from keyturn.core.patterns import normal
from keyturn.core.rulebook_terms import Rule
from keyturn.core.rules_form import rule_form
from keyturn.core.tier import Tier

_TIERS = {tier.value: tier for tier in Tier}
_Texts = frozenset[tuple[str, str]]


class PlacedRule(Struct, frozen=True):
    """A rule that has its form, and the mapping that it was read from."""

    rule: Rule
    node: MapNode


def placed_rules(root: MapNode) -> tuple[PlacedRule, ...]:
    """The rules that have their form, in the order of the file."""
    return tuple(_placed(root))


def _placed(root: MapNode) -> Iterator[PlacedRule]:
    tiers = root.get("rules")
    for name, (_, rules) in tiers.entries.items() if isinstance(tiers, MapNode) else ():
        tier = _TIERS.get(name)
        if tier is None or not isinstance(rules, ListNode):
            continue
        for node in rules.items:
            if isinstance(node, MapNode) and matching(rule_form(tier), node) is not None:
                keys = tuple((key, value.text) for key, (_, value) in node.entries.items() if isinstance(value, Scalar))
                yield PlacedRule(Rule(tier, node.line, keys), node)


def hidden_rules(rules: Sequence[PlacedRule]) -> Iterator[tuple[PlacedRule, PlacedRule]]:
    """Each rule that can never decide, with the one that always does in its place.

    A rule hides another of the same or a less severe tier when each of its own keys is `*` or stands in the other with
    the same text. Of two equal rules of a tier the later one is hidden. Rules above `auto` are compared in the form in
    which they match; a rule of `auto` matches texts as written, and so is compared.
    """
    as_written = _Index((order, placed.rule, _texts(placed.rule)) for order, placed in enumerate(rules))
    in_normal_form = _Index(
        (order, placed.rule, _normal_texts(placed.rule))
        for order, placed in enumerate(rules)
        if placed.rule.tier > Tier.AUTO
    )
    for order, placed in enumerate(rules):
        if placed.rule.tier is Tier.AUTO:
            hider = as_written.hider(order, placed.rule.tier, _texts(placed.rule))
        else:
            hider = in_normal_form.hider(order, placed.rule.tier, _normal_texts(placed.rule))
        if hider is not None:
            yield placed, rules[hider]


def _texts(rule: Rule) -> _Texts:
    return frozenset((key, text) for key, text in rule.keys if text != "*")


def _normal_texts(rule: Rule) -> _Texts:
    return frozenset((key, normal(text)) for key, text in rule.keys if normal(text) != "*")


class _Index:
    """For every set of texts the rules that ask for exactly these, so that no rule is held against all others."""

    def __init__(self, rules: Iterable[tuple[int, Rule, _Texts]]) -> None:
        self._first: dict[_Texts, dict[Tier, int]] = {}
        for order, rule, texts in rules:
            self._first.setdefault(texts, {}).setdefault(rule.tier, order)

    def hider(self, order: int, tier: Tier, texts: _Texts) -> int | None:
        """The first rule that hides the one at this place."""
        found = [
            other
            for size in range(len(texts) + 1)
            for chosen in combinations(texts, size)
            for severity, other in self._first.get(frozenset(chosen), {}).items()
            if severity > tier or (severity is tier and (size < len(texts) or other < order))
        ]
        return min(found, default=None)
