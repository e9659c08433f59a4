"""Rules that never decide, and tiers that ask for less than lower ones, are mistakes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.reading import RULES, rules_problems, with_keys


def problems_of_rules(text: str) -> list[str]:
    """What is said about these rules."""
    return rules_problems(with_keys(RULES, rules=None) + "rules:\n" + text)


@pytest.mark.parametrize(
    ("multi", "single", "problem"),
    [
        ("{target: a}", "{target: a}", "10:6: this rule equals the rule on line 8 (multi); keep one of them"),
        ("{target: a, scope: database}", "{scope: database, target: a}", "10:6: this rule equals the rule on line 8"),
        (
            "{target: a}",
            "{target: a, scope: database}",
            "10:6: this rule never decides: the rule on line 8 (multi) mat",
        ),
        ('{target: a, scope: "*"}', "{target: a}", "10:6: this rule never decides"),
        ('{target: a, agent: "*"}', "{target: a, action_type: b}", "10:6: this rule never decides"),
        ('{target: "*"}', "{action_type: b}", "10:6: this rule never decides"),
        ('{target: " A"}', "{target: a}", "10:6: this rule never decides"),
        ('{target: "* "}', "{action_type: b}", "10:6: this rule never decides"),
    ],
)
def test_rules__hidden_by_a_more_severe_one(multi: str, single: str, problem: str) -> None:
    """Each key of the rule that hides is `*` or stands in the other one with the same text."""
    problems = problems_of_rules(f"  multi:\n   - {multi}\n  single:\n   - {single}\n")
    assert len(problems) == 1
    assert problems[0].startswith(problem), problems


@pytest.mark.parametrize(
    ("severe", "mild", "upper", "lower"),
    [
        ("multi", "single", "{target: a, scope: database}", "{target: a}"),
        ("multi", "single", "{target: a}", "{target: b}"),
        ("multi", "single", '{target: "a*"}', "{target: ab}"),
        ("multi", "single", "{target: a}", '{target: "*"}'),
        ("single", "multi", "{target: a}", "{target: a, scope: database}"),
        ("multi", "auto", "{action_type: READ}", "{action_type: read}"),
        ("single", "auto", "{target: a}", "{target: A}"),
    ],
)
def test_rules__not_hidden(severe: str, mild: str, upper: str, lower: str) -> None:
    """A rule that is only narrower, different, more severe, or compared in another way decides something."""
    assert problems_of_rules(f"  {severe}:\n   - {upper}\n  {mild}:\n   - {lower}\n") == []


@pytest.mark.parametrize(
    ("tier", "first", "second", "problem"),
    [
        ("auto", "{target: a}", "{target: a}", "9:6: this rule equals the rule on line 8 (auto)"),
        ("auto", "{target: a}", "{target: a, scope: database}", "9:6: this rule never decides"),
        ("auto", "{target: a, scope: database}", "{target: a}", "8:6: this rule never decides"),
        ("multi", '{target: a, scope: "*"}', "{target: a}", "9:6: this rule never decides"),
        ("multi", "{target: a}", '{target: a, scope: "*"}', "9:6: this rule never decides"),
        ("multi", "{target: ａ}", "{target: a}", "9:6: this rule never decides"),
    ],
)
def test_rules__hidden_in_the_same_tier(tier: str, first: str, second: str, problem: str) -> None:
    """In one tier the narrower rule is hidden; of two that match the same, the later one."""
    problems = problems_of_rules(f"  {tier}:\n   - {first}\n   - {second}\n")
    assert len(problems) == 1
    assert problems[0].startswith(problem), problems


def test_rules__as_written_in_auto() -> None:
    """A rule of `auto` is hidden by any rule with the same text, but not by one that only means the same."""
    assert len(problems_of_rules("  multi:\n   - {target: A}\n  auto:\n   - {target: A}\n")) == 1
    assert problems_of_rules("  auto:\n   - {target: A}\n   - {target: a}\n") == []


def test_rules__hidden_beside_broken_ones() -> None:
    """Rules without their form are said to be so, and the others are still compared."""
    problems = problems_of_rules(
        "  mulit: [{target: a}]\n  multi:\n   - {target: a}\n   - {target: 1}\n   - 7\n  single:\n   - {target: a}\n"
    )
    assert [problem.split(" ")[0] for problem in problems] == ["7:3:", "10:15:", "11:6:", "13:6:"]


_RULE = st.dictionaries(
    st.sampled_from(["action_type", "target", "scope"]), st.sampled_from(["*", "database", "a", "A"]), min_size=1
).filter(lambda rule: rule.get("scope") not in {"a", "A"})


@given(st.lists(st.tuples(st.sampled_from(["multi", "single", "auto"]), _RULE), min_size=1, max_size=5))
def test_rules__hidden_as_defined(rules: list[tuple[str, dict[str, str]]]) -> None:
    """Exactly the rules that the definition calls hidden are refused, wherever they stand."""
    order = {"multi": 2, "single": 1, "auto": 0}
    written = sorted(rules, key=lambda rule: -order[rule[0]])
    text, lines = "", []
    for number, (tier, keys) in enumerate(written):
        if number == 0 or written[number - 1][0] != tier:
            text += f"  {tier}:\n"
        lines.append(6 + text.count("\n") + 1)
        text += "   - {" + ", ".join(f"{key}: '{value}'" for key, value in keys.items()) + "}\n"

    def hides(one: int, other: int) -> bool:
        (tier, keys), (lower, others) = written[one], written[other]

        def same(text: str) -> str:
            return text if lower == "auto" else text.casefold()

        if order[tier] < order[lower]:
            return False
        return all(text == "*" or (key in others and same(others[key]) == same(text)) for key, text in keys.items())

    hidden = {
        lines[other]
        for other in range(len(written))
        for one in range(len(written))
        if one != other
        and hides(one, other)
        and (written[one][0] != written[other][0] or one < other or not hides(other, one))
    }
    assert {int(problem.split(":")[0]) for problem in problems_of_rules(text)} == hidden


@pytest.mark.parametrize(
    ("single", "multi", "problem"),
    [
        (
            "{approvals: 3}",
            "{}",
            "6:40: multi asks for 2 approvals and single for 3; a more severe tier never asks for",
        ),
        ("{approvals: 2}", "{approvals: 1}", "6:41: multi asks for 1 approvals and single for 2"),
        ("{escalate_after: 24h}", "{}", "6:18: escalate_after (24h) is not before expire_after (24h); a request esc"),
        ("{expire_after: 60m}", "{}", "6:18: escalate_after (60m) is not before expire_after (60m)"),
        ("{}", "{escalate_after: 2d, expire_after: 1d}", "6:29: escalate_after (2d) is not before expire_after (1d)"),
        ("{approvers: {permission: admin}}", "{}", "6:58: approvers of multi need the permission write and those of"),
        ("{}", "{approvers: {permission: triage}}", "6:29: approvers of multi need the permission triage and those"),
        ("{approvers: {users: [a]}}", "{}", "6:51: everybody with the permission may approve in multi and is not"),
        ("{approvers: {users: [a]}}", "{approvers: {}}", "6:52: everybody with the permission may approve in multi a"),
        ("{approvers: {users: [a]}}", "{approvers: {users: [A, b]}}", "6:52: b may approve in multi and is not named"),
        ("{approvers: {users: [a]}}", "{approvers: {teams: [o/t]}}", "6:52: o/t may approve in multi and is not name"),
        ("{approvers: {teams: [o/t]}}", "{approvers: {users: [b]}}", "6:54: b may approve in multi and is not named"),
    ],
)
def test_tiers__a_more_severe_one_never_asks_for_less(single: str, multi: str, problem: str) -> None:
    """Fewer approvals, a lower permission, or other people in the more severe tier are refused."""
    problems = rules_problems(with_keys(RULES, tiers=f"{{single: {single}, multi: {multi}}}"))
    assert len(problems) == 1
    assert problems[0].startswith(problem), problems


@pytest.mark.parametrize(
    ("single", "multi", "approvers"),
    [
        ("{approvals: 2}", "{approvals: 2}", "{}"),
        ("{approvers: {users: [a, b], teams: [o/t]}}", "{approvers: {users: [B], teams: [O/T]}}", "{}"),
        ("{}", "{approvers: {users: [a], permission: admin}}", "{}"),
        ("{}", "{approvers: {users: [a]}}", "{users: [a, b]}"),
        ("{approvers: {permission: triage}}", "{}", "{users: [a]}"),
        ("{escalate_after: 23h59m59s}", "{}", "{}"),
    ],
)
def test_tiers__allowed(single: str, multi: str, approvers: str) -> None:
    """As much, or more, is fine; names compare without case."""
    text = with_keys(RULES, tiers=f"{{single: {single}, multi: {multi}}}", approvers=approvers)
    assert rules_problems(text) == []


@pytest.mark.parametrize(
    ("tiers", "places"),
    [
        ("{single: {approvals: 0, escalate_after: 2d}, multi: {approvals: 1}}", ["6:29:", "6:32:"]),
        ("{single: {approvals: 5, checks: 1}, multi: {checks: 2}}", ["6:40:", "6:51:", "6:60:"]),
        ("{single: {expire_after: 1m, checks: 1}, multi: {expire_after: x}}", ["6:18:", "6:44:", "6:70:"]),
        ("{single: {approvers: {users: 1, permission: admin}}, multi: {}}", ["6:37:", "6:68:"]),
        ("{single: {approvers: {users: [a], permission: x}}, multi: {}}", ["6:54:", "6:66:"]),
        ("{single: {approvers: {users: [a]}}, multi: {approvers: {teams: 1}}}", ["6:71:"]),
        ("{single: {approvers: {users: [a]}}, multi: {approvers: 1}}", ["6:63:"]),
        ("{single: 1, multi: {expire_after: 1m}}", ["6:17:", "6:28:"]),
    ],
)
def test_tiers__compared_as_far_as_they_can_be_read(tiers: str, places: list[str]) -> None:
    """A broken key hides no other mistake of its tier, and no mistake is made up from it."""
    problems = rules_problems(with_keys(RULES, tiers=tiers))
    assert [problem.split(" ")[0] for problem in problems] == places, problems


def test_tiers__without_any_approvers() -> None:
    """Where the rule book has no approvers at all, only that is said."""
    problems = rules_problems(with_keys(RULES, approvers=None))
    assert problems == ["1:1: the file lacks the key approvers"]


def test_rulebook__everything_at_once() -> None:
    """Mistakes of every kind, all over the file, come together."""
    text = """\
version: 1
unmatched: singel
undeclared: auto
rules:
  multi:
    - {}
    - {target: x}
  single:
    - {target: X, scope: databse}
tiers:
  single: {approvals: 3, escalate_after: 1d}
  multi: {approvals: 0, checks: [""]}
approvers: {user: [a]}
calendar: {timezone: Mars, days: funday, hours: "9-5", holidays: [2026-12-25]}
colour: red
"""
    assert [problem.split(" ")[0] for problem in rules_problems(text)] == [
        "2:12:",
        "3:13:",
        "6:7:",
        "9:7:",
        "9:26:",
        "11:26:",
        "12:22:",
        "12:34:",
        "13:13:",
        "14:22:",
        "14:34:",
        "14:49:",
        "14:67:",
        "15:1:",
    ]
