"""Classification of a thousand actions, beside a plain loop that tries every rule with fnmatch."""

import fnmatch
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from msgspec.structs import replace

from benchmarks.figure import Figure
from keyturn.core.assessment import assess
from keyturn.core.classification import Classifier, Subject
from keyturn.core.facts import Change, ChangedFile, Facts, FileVersion, Rules
from keyturn.core.manifest import Action, Impact, Manifest, Scope
from keyturn.core.rulebook import Rule, RuleBook, read_rulebook
from keyturn.core.tier import Tier

ACTIONS: Final = 1_000
FILES: Final = 3_000
MORE_RULES: Final = 200
ROUNDS: Final = 20
TYPES: Final = (
    *("modify", "delete", "rotate", "write", "migrate", "deploy", "modify_schema", "refactor", "generate_tests"),
    *("read", "search", "lint", "test", "document", "tidy"),
)
_R = TypeVar("_R")
_RULES: Final = Path(__file__).parent.parent / "rules.yml"
_DRAW: Final = random.Random(20260101)  # noqa: S311 - the same actions and rules every time, and no secrets


def measure() -> Iterator[Figure]:
    """How much faster than the plain loop, with the shipped rules and with more, and what more rules cost."""
    shipped = replace(read_rulebook("rules.yml", _RULES.read_bytes()), unmatched=Tier.AUTO)
    more = replace(shipped, rules=(*shipped.rules, *_more_rules()))
    subjects = [_subject() for _ in range(ACTIONS)]
    for book, at_least in ((shipped, 5), (more, 20)):
        if _classified(subjects, book) != _in_a_plain_loop(subjects, book):
            msg = "the classifier and the plain loop disagree, so that there is nothing to compare"
            raise AssertionError(msg)
        ours, plain = _seconds(subjects, book, _classified, _in_a_plain_loop)
        what = f"{ACTIONS:,} actions against {len(book.rules)} rules"
        yield Figure(what=f"{what}, a plain loop beside us", value=plain / ours, at_least=at_least)
        yield Figure(what=f"{what}, rules compiled anew", value=1000 * ours, unit="ms")
    few, many = (_seconds(subjects, Classifier(book), _ask)[0] for book in (shipped, more))
    yield Figure(what=f"{MORE_RULES} more rules beside the shipped ones, once compiled", value=many / few, at_most=2)
    yield Figure(
        what=f"{ACTIONS:,} actions that each cover {FILES:,} files", value=_seconds(subjects, more, _broad)[0], unit="s"
    )


def _more_rules() -> Iterator[Rule]:
    """Rules as a large organisation would add them: by type and target, some by pattern, some by scope or impact."""
    for number in range(MORE_RULES):
        keys = {"action_type": _DRAW.choice(TYPES)}
        keys["target"] = _DRAW.choice((f"service_{number}_*", f"src/team_{number}/*", f"queue_{number}", f"*.{number}"))
        if number % 3 == 0:
            keys["scope"] = _DRAW.choice(list(Scope))
        if number % 5 == 0:
            keys["estimated_impact"] = _DRAW.choice(list(Impact))
        yield Rule(_DRAW.choice((Tier.SINGLE, Tier.MULTI, Tier.EMERGENCY)), 100 + number, tuple(keys.items()))


def _subject() -> Subject:
    number = _DRAW.randrange(2 * MORE_RULES)
    return Subject(
        action_type=_DRAW.choice(TYPES),
        target=_DRAW.choice(
            (f"src/team_{number}/tax.py", f"service_{number}_db", f"queue_{number}", f"docs/{number}.md")
        ),
        scope=_DRAW.choice(list(Scope)),
        estimated_impact=_DRAW.choice(list(Impact)),
        description="Round VAT per line, not per invoice.",
    )


def _classified(subjects: list[Subject], book: RuleBook) -> list[Tier]:
    return _ask(subjects, Classifier(book))


def _ask(subjects: list[Subject], classifier: Classifier) -> list[Tier]:
    return [classifier.classify(subject, covers=False).tier for subject in subjects]


def _in_a_plain_loop(subjects: list[Subject], book: RuleBook) -> list[Tier]:
    """The reference: tiers in order of severity, the first rule whose every key matches, else `auto`."""
    by_tier = {
        tier: [dict(rule.keys) for rule in book.rules if rule.tier is tier]
        for tier in (Tier.EMERGENCY, Tier.MULTI, Tier.SINGLE)
    }
    actions = [
        {
            "action_type": subject.action_type,
            "target": subject.target,
            "scope": str(subject.scope),
            "estimated_impact": str(subject.estimated_impact),
        }
        for subject in subjects
    ]
    found = []
    for action in actions:
        tier = Tier.AUTO
        for severe, rules in by_tier.items():
            if any(all(fnmatch.fnmatch(action[key], pattern) for key, pattern in keys.items()) for keys in rules):
                tier = severe
                break
        found.append(tier)
    return found


def _broad(subjects: list[Subject], book: RuleBook) -> object:
    """Judge a pull request in which every action covers every file."""
    actions = tuple(
        Action(
            action_type="write",
            target=subject.target,
            scope=Scope.DIRECTORY,
            description=f"{subject.description} {number}",
            estimated_impact=Impact.LOCAL,
            files=("src/**", f"/docs/{number}.md"),
        )
        for number, subject in enumerate(subjects)
    )
    manifest = Manifest(
        path="x.yml",
        agent=None,
        requested_by=None,
        actions=actions,
        lines=tuple(range(ACTIONS)),
        requested_by_line=None,
    )
    files = tuple(ChangedFile(f"src/team_{number}/a.py", Change.MODIFIED) for number in range(FILES))
    facts = Facts(head="a" * 40, base="main", files=files, rules=Rules(FileVersion("rules.yml", b"")))
    return assess(facts, [manifest], book)


def _seconds(subjects: list[Subject], rules: _R, *works: Callable[[list[Subject], _R], object]) -> list[float]:
    """Processor time of each, the best of many rounds in turns, so that what else the machine does counts little."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for position, work in enumerate(works):
            began = time.process_time()
            work(subjects, rules)
            best[position] = min(best[position], time.process_time() - began)
    return best
