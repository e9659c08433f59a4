"""The rule book is read strictly: what it says, what it leaves to defaults, and everything that is wrong with it."""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyturn.core.digest import bytes_digest
from keyturn.core.rulebook import (
    Agents,
    ApprovalsSurvive,
    Approvers,
    Calendar,
    CheckPattern,
    Escalation,
    Mode,
    NoManifest,
    Overdue,
    Override,
    PathFloor,
    Permission,
    Requester,
    Rule,
    RuleBook,
    Slack,
    TierPolicy,
    Unattributed,
)
from keyturn.core.tier import Tier
from tests.support.bombs import json_bombs, yaml_bombs
from tests.support.reading import RULES, rules, rules_problems, with_keys

FULL = """\
version: 1
mode: observe
agents:
  authors: [copilot*]
  committers: ["claude*"]
  labels: [agent]
  branches: ["codex/*"]
  except: ["renovate[bot]"]
  no_manifest: invalid
  mention: "@claude"
unmatched: auto
undeclared: emergency
read_only: [look]
removals: [delete, purge]
volume: {multi: 100, single: 0}
rules:
  multi:
    - {action_type: write, scope: directory}
    - target: "*"
      agent: unknown
  auto:
    - {action_type: read}
paths:
  emergency: [/vault/**]
  multi:
    - /rules.yml
    - "*.tf"
tiers:
  auto: {checks: [lint]}
  single: {approvals: 2, escalate_after: 90s, expire_after: 1h30m, checks: [lint, {name: "test*", app: github-actions}]}
  multi:
    approvals: 3
    checks: [{name: scan}]
    approvers: {permission: admin, users: [ann], teams: [acme/platform]}
  emergency: {checks: [audit]}
approvers: {permission: maintain, users: [ann, bob, "ci[bot]"], teams: [acme/platform]}
requester: required
unattributed_commits: block
approvals_survive: never
escalation: {users: [cas], teams: [acme/leads]}
calendar: {timezone: Europe/Berlin, days: "mon-wed,fri", hours: "09:00-18:00", holidays: ["2026-12-25"]}
override: {users: [dee], teams: [acme/sre], approvals: 2, min_reason: 30, review_within: 3d, overdue: warn}
slack: {channel: C0123456789, users: {octocat: U024BE7LH}, teams: {acme/platform: S0614TZR7}}
"""


def test_rulebook__read() -> None:
    """Everything that is written is there, rules and floors in file order with their lines."""
    book = rules(FULL)
    assert book == RuleBook(
        path="rules.yml",
        mode=Mode.OBSERVE,
        agents=Agents(
            authors=("copilot*",),
            committers=("claude*",),
            labels=("agent",),
            branches=("codex/*",),
            except_=("renovate[bot]",),
            no_manifest=NoManifest.INVALID,
            mention="@claude",
        ),
        unmatched=Tier.AUTO,
        undeclared=Tier.EMERGENCY,
        read_only=frozenset({"look"}),
        removals=frozenset({"delete", "purge"}),
        volume={Tier.SINGLE: 0, Tier.MULTI: 100},
        rules=(
            Rule(Tier.MULTI, 18, (("action_type", "write"), ("scope", "directory"))),
            Rule(Tier.MULTI, 19, (("target", "*"), ("agent", "unknown"))),
            Rule(Tier.AUTO, 22, (("action_type", "read"),)),
        ),
        paths=(
            PathFloor(Tier.EMERGENCY, "/vault/**", 24),
            PathFloor(Tier.MULTI, "/rules.yml", 26),
            PathFloor(Tier.MULTI, "*.tf", 27),
        ),
        tiers={
            Tier.AUTO: TierPolicy(checks=(CheckPattern("lint"),)),
            Tier.SINGLE: TierPolicy(
                approvals=2,
                escalate_after=timedelta(seconds=90),
                expire_after=timedelta(minutes=90),
                checks=(CheckPattern("lint"), CheckPattern("test*", "github-actions")),
            ),
            Tier.MULTI: TierPolicy(
                approvals=3,
                escalate_after=timedelta(hours=4),
                expire_after=timedelta(hours=24),
                checks=(CheckPattern("scan"),),
                approvers=Approvers(Permission.ADMIN, ("ann",), ("acme/platform",)),
            ),
            Tier.EMERGENCY: TierPolicy(checks=(CheckPattern("audit"),)),
        },
        approvers=Approvers(Permission.MAINTAIN, ("ann", "bob", "ci[bot]"), ("acme/platform",)),
        requester=Requester.REQUIRED,
        unattributed_commits=Unattributed.BLOCK,
        approvals_survive=ApprovalsSurvive.NEVER,
        escalation=Escalation(("cas",), ("acme/leads",)),
        calendar=Calendar(
            timezone="Europe/Berlin",
            days=frozenset({0, 1, 2, 4}),
            start=time(9),
            end=time(18),
            holidays=frozenset({date(2026, 12, 25)}),
        ),
        override=Override(
            users=("dee",),
            teams=("acme/sre",),
            approvals=2,
            min_reason=30,
            review_within=timedelta(days=3),
            overdue=Overdue.WARN,
        ),
        slack=Slack("C0123456789", {"octocat": "U024BE7LH"}, {"acme/platform": "S0614TZR7"}),
        digest=bytes_digest(FULL.encode()),
    )


def test_rulebook__defaults() -> None:
    """What is left out has the value that the documentation shows; what is an example there is empty."""
    book = rules(RULES)
    assert book == RuleBook(
        path="rules.yml",
        mode=Mode.ENFORCE,
        agents=Agents(
            authors=("*[bot]",),
            committers=(),
            labels=(),
            branches=(),
            except_=(),
            no_manifest=NoManifest.UNDECLARED,
            mention="",
        ),
        unmatched=Tier.SINGLE,
        undeclared=Tier.MULTI,
        read_only=frozenset({"read", "search", "lint", "test"}),
        removals=frozenset({"delete"}),
        volume={},
        rules=(),
        paths=(),
        tiers={
            Tier.AUTO: TierPolicy(),
            Tier.SINGLE: TierPolicy(
                approvals=1, escalate_after=timedelta(minutes=60), expire_after=timedelta(hours=24)
            ),
            Tier.MULTI: TierPolicy(approvals=2, escalate_after=timedelta(hours=4), expire_after=timedelta(hours=24)),
            Tier.EMERGENCY: TierPolicy(),
        },
        approvers=Approvers(Permission.WRITE),
        requester=Requester.OPTIONAL,
        unattributed_commits=Unattributed.ADD_ONE,
        approvals_survive=ApprovalsSurvive.NEVER,
        escalation=Escalation(),
        calendar=None,
        override=Override(
            users=(),
            teams=(),
            approvals=1,
            min_reason=20,
            review_within=timedelta(hours=72),
            overdue=Overdue.REFUSE,
        ),
        slack=Slack(),
        digest=bytes_digest(RULES.encode()),
    )


def test_rulebook__parts_have_the_same_defaults() -> None:
    """Values made by hand default to what a rule book without those keys says."""
    book = rules(RULES)
    assert (book.agents, book.override, book.approvers) == (Agents(), Override(), Approvers())


def test_rulebook__the_digest_is_of_the_bytes() -> None:
    """A byte-order mark and a comment change the digest, though not what is read."""
    marked = b"\xef\xbb\xbf" + RULES.encode()
    assert rules(marked).digest == bytes_digest(marked)


def test_roster__own_or_common() -> None:
    """A tier has its own roster or that of the rule book; listing somebody makes it a named one."""
    book = rules(FULL)
    assert [book.roster(tier).permission for tier in Tier] == [
        Permission.MAINTAIN,
        Permission.MAINTAIN,
        Permission.ADMIN,
        Permission.MAINTAIN,
    ]
    assert book.roster(Tier.MULTI).named
    assert Approvers(teams=("a/b",)).named
    assert not Approvers(Permission.ADMIN).named


def test_checks__accumulate() -> None:
    """A tier needs its own checks and those of every tier below it, each once."""
    book = rules(FULL)
    lint, test = CheckPattern("lint"), CheckPattern("test*", "github-actions")
    assert book.checks(Tier.AUTO) == (lint,)
    assert book.checks(Tier.SINGLE) == (lint, test)
    assert book.checks(Tier.MULTI) == (lint, test, CheckPattern("scan"))
    assert book.checks(Tier.EMERGENCY) == (lint, test, CheckPattern("scan"), CheckPattern("audit"))


def test_permission__order() -> None:
    """Each permission allows what the ones before it allow, and more."""
    for lower, upper in pairwise(Permission):
        assert upper.rank > lower.rank
        assert upper.allows(lower)
        assert upper.allows(upper)
        assert not lower.allows(upper)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"version": None}, "1:1: the file lacks the key version"),
        ({"unmatched": None}, "1:1: the file lacks the key unmatched"),
        ({"undeclared": None}, "1:1: the file lacks the key undeclared"),
        ({"rules": None}, "1:1: the file lacks the key rules"),
        ({"tiers": None}, "1:1: the file lacks the key tiers"),
        ({"approvers": None}, "1:1: the file lacks the key approvers"),
        ({"version": "2"}, "6:10: version is the number 2; the most that is allowed is 1"),
        ({"rule": "{}"}, "7:1: rule is an unknown key; did you mean rules? allowed: version, mode, agents"),
        ({"mode": "on"}, '7:7: mode is "on" without quotes, which reads as true or false; allowed: enforce, observe'),
        ({"mode": "observ"}, '7:7: mode is "observ"; did you mean observe? allowed: enforce, observe'),
        ({"mode": "x" * 99}, "7:7: mode is "),
        ({"unmatched": "singel"}, '6:12: unmatched is "singel"; did you mean single? allowed: auto, single, multi'),
        (
            {"undeclared": "auto"},
            '6:13: undeclared is "auto"; what nobody declared never passes on its own; allowed: sin',
        ),
        ({"undeclared": "none"}, '6:13: undeclared is "none"; allowed: auto, single, multi, emergency'),
        ({"approvals_survive": "unchanged_diff"}, '7:20: approvals_survive is "unchanged_diff"; allowed: never'),
        ({"requester": "must"}, '7:12: requester is "must"; allowed: optional, add_one, required'),
        ({"unattributed_commits": "no"}, '7:23: unattributed_commits is "no" without quotes, which reads as true or'),
        ({"read_only": "[Read]"}, '7:13: read_only[0] is "Read"; an action type is a lower-case letter'),
        ({"read_only": '["*"]'}, '7:13: read_only[0] is "*"; an action type is a lower-case letter'),
        ({"removals": "delete"}, '7:11: removals is "delete"; a list is wanted'),
        (
            {"volume": "{multi: -1}"},
            '7:17: volume.multi is "-1" without quotes, which reads as a number; a whole number',
        ),
        ({"volume": "{multi: '1'}"}, '7:17: volume.multi is "1"; a whole number is wanted'),
        ({"volume": "{auto: 1}"}, "7:10: volume.auto is not allowed here: every pull request is at least auto"),
        ({"volume": "{mutli: 1}"}, "7:10: volume.mutli is an unknown key; did you mean multi? allowed: single, multi"),
        ({"volume": "{multi: ~}"}, "7:17: volume.multi is nothing; a whole number is wanted"),
    ],
)
def test_rulebook__refused(changes: dict[str, str | None], problem: str) -> None:
    """Each thing that is wrong is said once, with its place, what was found and what is allowed."""
    problems = rules_problems(with_keys(RULES, **changes))
    assert len(problems) == 1
    assert problems[0].startswith(problem), problems


@pytest.mark.parametrize(
    ("agents", "problem"),
    [
        ('{authors: [""]}', '7:20: agents.authors[0] is ""; a login pattern is a GitHub login, without @, in which *'),
        ('{authors: ["@ann"]}', '7:20: agents.authors[0] is "@ann"; a login pattern'),
        ('{authors: ["a?"]}', '7:20: agents.authors[0] is "a?"; a login pattern'),
        ("{authors: ann}", '7:19: agents.authors is "ann"; a list is wanted'),
        ("{committers: [a b]}", '7:23: agents.committers[0] is "a b"; a login pattern'),
        ('{labels: [" "]}', '7:19: agents.labels[0] is " "; an empty pattern matches nothing'),
        ('{branches: [""]}', '7:21: agents.branches[0] is ""; an empty pattern matches nothing'),
        ("{except: [1]}", "7:19: agents.except[0] is the number 1; a text is wanted: put it in quotes"),
        (
            "{except_: []}",
            "7:10: agents.except_ is an unknown key; did you mean except? allowed: authors, committers, l",
        ),
        ("{no_manifest: refused}", '7:23: agents.no_manifest is "refused"; allowed: undeclared, invalid'),
        ("{mention: ~}", "7:19: agents.mention is nothing; a text is wanted"),
        ('{mention: "a\\nb"}', "7:19: found the character U+000A; control and invisible characters are refused"),
        ("[]", "7:9: agents is a list; a mapping is wanted"),
    ],
)
def test_agents__refused(agents: str, problem: str) -> None:
    """Who is governed is written in patterns that can match."""
    problems = rules_problems(with_keys(RULES, agents=agents))
    assert [found for found in problems if found.startswith(problem)], problems


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{emergncy: []}", "6:9: rules.emergncy is an unknown key; did you mean emergency? allowed: emergency, multi"),
        ("[]", "6:8: rules is a list; a mapping is wanted"),
        ("{multi: {}}", "6:16: rules.multi is a mapping; a list is wanted"),
        ("{multi: ~}", "6:16: rules.multi is nothing; a list is wanted"),
        ("{multi: [write]}", '6:17: rules.multi[0] is "write"; a mapping is wanted'),
        ("{multi: [{}]}", "6:17: this rule has no keys and would match everything; name at least one"),
        ("{multi: [{typ: x}]}", "6:18: rules.multi[0].typ is an unknown key; allowed: action_type, target, scope"),
        ("{multi: [{targt: x}]}", "6:18: rules.multi[0].targt is an unknown key; did you mean target? allowed: action"),
        ('{multi: [{target: ""}]}', '6:26: rules.multi[0].target is ""; an empty pattern matches nothing'),
        ('{multi: [{target: "  "}]}', '6:26: rules.multi[0].target is "  "; an empty pattern matches nothing'),
        ("{multi: [{target: }]}", "6:26: rules.multi[0].target is nothing; a text is wanted"),
        ("{multi: [{target: [a]}]}", "6:26: rules.multi[0].target is a list; a text is wanted"),
        ("{multi: [{target: 1}]}", "6:26: rules.multi[0].target is the number 1; a text is wanted: put it in quotes"),
        ("{single: [{description: x}]}", "6:19: rules.single[0].description is not allowed here: the agent writes"),
        ("{auto: [{agent: x}]}", "6:17: rules.auto[0].agent is not allowed here: the agent writes it freely, so rules"),
        ("{multi: [{files: x}]}", "6:18: rules.multi[0].files is an unknown key; allowed: action_type, target"),
        ("{multi: [{scope: singlefile}]}", '6:25: scope is "singlefile", which no action can have; did you mean singl'),
        ("{auto: [{scope: Directory file}]}", '6:24: scope is "Directory file", which no action can have; did you mea'),
        ("{multi: [{estimated_impact: huge}]}", '6:36: estimated_impact is "huge", which no action can have; allowed:'),
        ("{multi: [{action_type: db-migrate}]}", '6:31: action_type is "db-migrate", which no action can have; an act'),
    ],
)
def test_rules__refused(written: str, problem: str) -> None:
    """A rule that could match nothing, or everything, is a mistake."""
    problems = rules_problems(with_keys(RULES, rules=written))
    assert len(problems) == 1
    assert problems[0].startswith(problem), problems


@pytest.mark.parametrize(
    "written",
    [
        "{emergency: [], multi: [], single: [], auto: []}",
        '{multi: [{scope: "d*"}, {scope: "[sd]*"}, {action_type: "*-*"}, {estimated_impact: "?"}]}',
        '{single: [{action_type: "ＤＥＬＥＴＥ"}, {scope: " Database "}]}',
        '{emergency: [{description: "*drop\\ntable*", agent: "x y"}]}',
    ],
)
def test_rules__allowed(written: str) -> None:
    """Patterns with wildcards and texts in another form are let be: they may match."""
    assert rules_problems(with_keys(RULES, rules=written)) == []


@pytest.mark.parametrize(
    ("paths", "problem"),
    [
        (
            "{auto: [x]}",
            "7:9: paths.auto is not allowed here: every file is at least auto; allowed: single, multi, eme",
        ),
        ("{mutli: [x]}", "7:9: paths.mutli is an unknown key; did you mean multi? allowed: single, multi, emergency"),
        ("{multi: x}", '7:16: paths.multi is "x"; a list is wanted'),
        ("[{glob: x}]", "7:8: paths is a list; a mapping is wanted"),
        (
            "{multi: [{glob: x}]}",
            "7:17: paths.multi[0] is a mapping; entries as mappings are kept for later; write the",
        ),
        ('{multi: [""]}', '7:17: paths.multi[0] is ""; a text that is not empty is wanted'),
        ("{multi: [1]}", "7:17: paths.multi[0] is the number 1; a text is wanted: put it in quotes"),
        ('{multi: ["!x"]}', '7:17: paths.multi[0] is "!x"; a glob stands alone: no ! in front'),
        ('{multi: ["#x"]}', '7:17: paths.multi[0] is "#x"; a glob stands alone: no # in front'),
        ('{multi: ["/"]}', '7:17: paths.multi[0] is "/"; a glob names something'),
        ('{multi: ["//x"]}', '7:17: paths.multi[0] is "//x"; a path begins at the root'),
        ('{multi: ["a//x"]}', '7:17: paths.multi[0] is "a//x"; a path has no empty parts'),
        ('{multi: ["../x"]}', '7:17: paths.multi[0] is "../x"; a path is written without the parts . and ..'),
        ('{multi: ["[x"]}', '7:17: paths.multi[0] is "[x"; a [ is never closed'),
    ],
)
def test_paths__refused(paths: str, problem: str) -> None:
    """A floor that no file can stand on protects nothing."""
    problems = rules_problems(with_keys(RULES, paths=paths))
    assert len(problems) == 1
    assert problems[0].startswith(problem), problems


@pytest.mark.parametrize(
    ("tiers", "problem"),
    [
        ("{multi: {}}", "6:8: tiers lacks the key single"),
        ("{single: {}}", "6:8: tiers lacks the key multi"),
        ("{single: {}, multi: ~}", "6:28: tiers.multi is nothing; a mapping is wanted"),
        ("{single: {}, multi: {}, double: {}}", "6:32: tiers.double is an unknown key; allowed: auto, single, multi"),
        ("{single: {approvals: 0}, multi: {}}", "6:29: tiers.single.approvals is the number 0; the least that is al"),
        ("{single: {approvals: two}, multi: {}}", '6:29: tiers.single.approvals is "two"; a whole number is wanted'),
        ("{single: {approvals: 010}, multi: {}}", '6:29: tiers.single.approvals is "010" without quotes, which reads'),
        ("{single: {approvals: 99999999999}, multi: {}}", '6:29: tiers.single.approvals is "99999999999" without quo'),
        ("{single: {expire_after: 60}, multi: {}}", "6:32: tiers.single.expire_after is the number 60; a text is want"),
        ("{single: {expire_after: 1 day}, multi: {}}", '6:32: tiers.single.expire_after is "1 day"; a duration is w'),
        ("{single: {expire_after: 0s}, multi: {}}", '6:32: tiers.single.expire_after is "0s"; a duration is more than'),
        ("{single: {checks: test}, multi: {}}", '6:26: tiers.single.checks is "test"; a list is wanted'),
        ('{single: {checks: [""]}, multi: {}}', '6:27: tiers.single.checks[0] is ""; an empty pattern matches nothing'),
        ("{single: {checks: [{app: x}]}, multi: {}}", "6:27: tiers.single.checks[0] lacks the key name"),
        ("{single: {checks: [{name: x, ap: y}]}, multi: {}}", "6:37: tiers.single.checks[0].ap is an unknown key; did"),
        ("{single: {checks: [{name: x, app: ''}]}, multi: {}}", '6:42: tiers.single.checks[0].app is ""; an empty pat'),
        ("{single: {checks: [7]}, multi: {}}", "6:27: tiers.single.checks[0] is the number 7; a mapping is wanted"),
        ("{single: {}, multi: {}, auto: {approvals: 1}}", "6:39: tiers.auto.approvals is not allowed here: auto needs"),
        ("{single: {}, multi: {}, emergency: {approvers: {}}}", "6:44: tiers.emergency.approvers is not allowed here"),
        ("{single: {}, multi: {}, emergency: {check: []}}", "6:44: tiers.emergency.check is an unknown key; did you m"),
        ("{single: {approvers: {permission: read}}, multi: {}}", '6:42: tiers.single.approvers.permission is "read"; '),
        ("{single: {approvers: []}, multi: {}}", "6:29: tiers.single.approvers is a list; a mapping is wanted"),
    ],
)
def test_tiers__refused(tiers: str, problem: str) -> None:
    """What a tier asks for can be met, and says what it means."""
    problems = rules_problems(with_keys(RULES, tiers=tiers))
    assert len(problems) == 1
    assert problems[0].startswith(problem), problems


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"approvers": "{users: [a@b]}"}, '6:21: approvers.users[0] is "a@b"; a GitHub login is made of up to 39'),
        ({"approvers": "{teams: [platform]}"}, '6:21: approvers.teams[0] is "platform"; a team is written organisat'),
        ({"approvers": "{teams: [a/b/c]}"}, '6:21: approvers.teams[0] is "a/b/c"; a team is written organisation/t'),
        ({"approvers": '{teams: ["@acme/x"]}'}, '6:21: approvers.teams[0] is "@acme/x"; a team is written organisati'),
        ({"approvers": "{permission: read}"}, '6:25: approvers.permission is "read"; allowed: triage, write, maintain'),
        ({"escalation": "{users: ['']}"}, '7:22: escalation.users[0] is ""; a GitHub login is made of up to 39'),
        ({"override": "{approvals: 0}"}, "7:23: override.approvals is the number 0; the least that is allowed is 1"),
        ({"override": "{min_reason: 0}"}, "7:24: override.min_reason is the number 0; the least that is allowed is 1"),
        ({"override": "{review_within: soon}"}, '7:27: override.review_within is "soon"; a duration is written like'),
        ({"override": "{overdue: ignore}"}, '7:21: override.overdue is "ignore"; allowed: refuse, warn'),
        ({"slack": '{channel: "#agents"}'}, '7:18: slack.channel is "#agents"; the id of a channel in Slack begins'),
        ({"slack": "{users: {octocat: octo}}"}, '7:26: slack.users.octocat is "octo"; the id of a person in Slack be'),
        ({"slack": "{users: {a b: U1}}"}, '7:17: slack.users.a b is "a b"; a GitHub login is made of up to 39'),
        ({"slack": "{users: [octocat]}"}, "7:16: slack.users is a list; a mapping is wanted"),
        ({"slack": "{teams: {platform: S1}}"}, '7:17: slack.teams.platform is "platform"; a team is written'),
        ({"slack": "{teams: {a/b: U1}}"}, '7:22: slack.teams.a/b is "U1"; the id of a user group in Slack begins wit'),
        ({"slack": "{users: {7: U1}}"}, "7:17: a key is a text; found the number 7; put it in quotes"),
    ],
)
def test_people__refused(changes: dict[str, str], problem: str) -> None:
    """Names that cannot be anybody's are mistakes."""
    problems = rules_problems(with_keys(RULES, **changes))
    assert len(problems) == 1
    assert problems[0].startswith(problem), problems


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from([*FULL.splitlines(keepends=True), "  - {}\n", "  x: 1\n", "y:\n", "\t", "rules: 1\n"]),
        max_size=40,
    )
    | st.permutations(FULL.splitlines(keepends=True))
)
def test_rulebook__no_lines_raise_anything_else(lines: list[str]) -> None:
    """However the lines of a rule book are thrown together, it is read or refused."""
    rules_problems("".join(lines))


@settings(max_examples=200)
@given(st.binary(max_size=40), st.sampled_from(["rules.yml", "rules.json"]))
def test_rulebook__no_bytes_raise_anything_else(content: bytes, path: str) -> None:
    """Whatever bytes stand in a rule book, they are read or refused."""
    rules_problems(content, path)


_VALUES = st.sampled_from(["{}", "[]", "~", "1", "on", "x", "[[]]", "[{}]", "{x: 1}", "{single: {}}", "'*'", "&a x"])


@settings(max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from([line.split(":")[0] for line in FULL.splitlines() if line[0] != " "]), _VALUES, min_size=1
    )
)
def test_rulebook__no_values_raise_anything_else(changes: dict[str, str]) -> None:
    """Whatever stands under the keys of a rule book, it is read or refused."""
    rules_problems(with_keys(RULES, **changes))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        *[pytest.param("rules.yml", text, id=name) for name, text in yaml_bombs()],
        *[pytest.param("rules.json", text, id=f"JSON: {name}") for name, text in json_bombs()],
    ],
)
def test_rulebook__bombs(path: str, text: str) -> None:
    """A file that is made to cost much is refused, with no more problems than anybody would read."""
    assert 1 <= len(rules_problems(text, path)) <= 1_001
