"""Hypothesis strategies for whole pull requests and rule books, drawn from small pools so that things collide."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from keyturn.core.facts import (
    UNREAD,
    Account,
    AccountKind,
    BaseChange,
    BaseChangeKind,
    Change,
    ChangedFile,
    CheckState,
    Debt,
    Dismissal,
    Facts,
    LedgerFacts,
    Review,
    ReviewState,
    Role,
    WorkflowRun,
)
from keyturn.core.manifest import Action, Impact, ManifestFile, Scope
from keyturn.core.rulebook import (
    Agents,
    Approvers,
    Calendar,
    NoManifest,
    Overdue,
    Override,
    Permission,
    Requester,
    Rule,
    RuleBook,
    Unattributed,
)
from keyturn.core.tier import BY_SEVERITY, Tier
from tests.support.build import (
    AGENT,
    EARLIER,
    GITHUB,
    HEAD,
    OPENED,
    action,
    at,
    bot,
    check,
    comment,
    commit,
    facts,
    manifest,
    manifest_of,
    person,
    review,
)
from tests.support.build_book import SHIPPED, book, floor, policies, rule

HUMANS: Final = ("ann", "bob", "carol", "dave")
ACCOUNTS: Final = st.sampled_from(
    (
        *map(person, HUMANS),
        person("Ann"),
        person("claude"),
        bot("helper[bot]"),
        AGENT,
        Account("acme", AccountKind.OTHER),
    )
)
HOURS: Final = st.sampled_from((0, 0.5, 1, 2, 23, 24, 25, 30, 47, 48, 50)).map(at)
REASON: Final = "the shop is down and this mends it"
WORDS: Final = st.sampled_from(
    (
        "",
        "/keyturn renew",
        "/keyturn recheck",
        f"/keyturn override {HEAD} {REASON}",
        f"/keyturn override {EARLIER} {REASON}",
        f"/keyturn override {HEAD}",
        "LGTM",
        "half \ud83d of it",
    )
)
PATHS: Final = st.sampled_from(
    (
        "a.py",
        "b.py",
        "src/a.py",
        "src/b.py",
        "rules.yml",
        ".github/workflows/ci.yml",
        "production_x",
        "d\u00f6cs/\udcff",
    )
)


def tuples(items: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    """Up to so many items."""
    return st.lists(items, max_size=most).map(tuple)


ACTIONS: Final[st.SearchStrategy[Action]] = st.builds(
    lambda kind, target, scope, impact, files: action(kind, target, scope=scope, estimated_impact=impact, files=files),
    st.sampled_from(("write", "delete", "read", "migrate", "document", "refactor", "rotate", "modify")),
    st.sampled_from(("a.py", "src", "src/a.py", "master_key", "production_x", "everything")),
    st.sampled_from(Scope),
    st.sampled_from(Impact),
    st.sampled_from((None, None, ("**",), ("src/*",), ("a.py", "b.py"))),
)


@st.composite
def manifests(draw: st.DrawFn) -> tuple[ManifestFile, ...]:
    """None, one or two manifests; rarely one that is refused."""
    found = []
    for name in draw(st.sampled_from(((), ("x",), ("x",), ("x", "y")))):
        path = f".agent/manifests/{name}.json"
        if draw(st.integers(0, 9)) == 0:
            found.append(
                manifest_of(draw(st.sampled_from(("{}", "[", "\ufeff", '{"version": 1, "actions": []}'))), path=path)
            )
        else:
            actions = draw(st.lists(ACTIONS, min_size=1, max_size=3))
            found.append(manifest(*actions, path=path, requested_by=draw(st.sampled_from((None, "octocat", "ann")))))
    return tuple(found)


FILES: Final[st.SearchStrategy[tuple[ChangedFile, ...]]] = st.lists(
    st.builds(
        lambda path, change, old: ChangedFile(path, change, f"old/{old}" if change is Change.RENAMED else None),
        PATHS,
        st.sampled_from(Change),
        PATHS,
    ),
    max_size=4,
    unique_by=lambda file: file.path,
).map(tuple)

REVIEWS: Final[st.SearchStrategy[tuple[Review, ...]]] = st.lists(
    st.builds(
        lambda author, state, when, at_commit, body, edited, can_push: review(
            author, state, when, commit=at_commit, body=body, edited=edited, can_push=can_push
        ),
        st.one_of(st.none(), ACCOUNTS, ACCOUNTS, ACCOUNTS),
        st.sampled_from((ReviewState.APPROVED, ReviewState.APPROVED, *ReviewState)),
        HOURS,
        st.sampled_from((HEAD, HEAD, HEAD, EARLIER, None)),
        WORDS,
        st.sampled_from((False, False, True)),
        st.sampled_from((None, None, True, False)),
    ),
    max_size=6,
    unique_by=lambda found: found.id,
).map(tuple)

IDENTITIES: Final = st.one_of(ACCOUNTS, st.none(), st.just(GITHUB), st.just(AGENT))
COMMITS: Final = st.lists(
    st.builds(
        lambda author, other, committer, name, signed: commit(
            author, other, committer=committer, oid=name * 40, signed=signed
        ),
        IDENTITIES,
        IDENTITIES,
        IDENTITIES,
        st.sampled_from("0123456789"),
        st.booleans(),
    ),
    max_size=3,
    unique_by=lambda found: found.oid,
).map(tuple)

CHECKS: Final = tuples(
    st.builds(
        lambda name, state, second, app, own: check(
            name, state, order=(OPENED + timedelta(seconds=second), second), app=app, own=own
        ),
        st.sampled_from(("test", "lint")),
        st.sampled_from((CheckState.SUCCESS, CheckState.SUCCESS, *CheckState)),
        st.integers(0, 2),
        st.sampled_from((None, "github-actions")),
        st.sampled_from((False, False, True)),
    ),
    4,
)

_LEDGERS: Final = st.sampled_from(
    (LedgerFacts(), LedgerFacts(), LedgerFacts(broken=("an entry is gone",), highest_generation=3))
)


@st.composite
def pull_requests(draw: st.DrawFn) -> Facts:
    """A pull request with anything that may have happened to it."""
    reviews = draw(REVIEWS)
    dismissals = tuple(
        Dismissal(
            review=found.id,
            by=draw(st.one_of(st.none(), ACCOUNTS)),
            at=draw(HOURS),
            previous=draw(st.sampled_from((None, ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED))),
        )
        for found in reviews
        if found.state is ReviewState.DISMISSED and draw(st.booleans())
    )
    files, commits, number = draw(FILES), draw(COMMITS), draw(st.sampled_from((12, 12, 12, None)))
    known = {"octocat": person("octocat"), "ann": person("ann")}
    return facts(
        author=draw(st.one_of(st.just(AGENT), ACCOUNTS, st.none())),
        draft=draw(st.sampled_from((False, False, False, True))),
        head=draw(st.sampled_from((HEAD, HEAD, HEAD, EARLIER))),
        base="main" if number else "st\udcff",
        head_branch=draw(st.sampled_from((None, "copilot/x", "x"))),
        labels=draw(st.sampled_from((frozenset(), frozenset({"agent"})))),
        files=files,
        file_count=draw(st.sampled_from((*[len(files)] * 9, 9, 3001))),
        commits=commits,
        commit_count=draw(st.sampled_from((*[len(commits)] * 9, 9, 251))),
        manifests=draw(manifests()),
        reviews=reviews,
        dismissals=dismissals,
        comments=draw(
            st.lists(
                st.builds(comment, WORDS, st.one_of(ACCOUNTS, st.none()), HOURS), max_size=3, unique_by=lambda c: c.id
            ).map(tuple)
        ),
        base_changes=draw(tuples(st.builds(BaseChange, st.sampled_from(BaseChangeKind), HOURS), 1)),
        checks=draw(CHECKS),
        runs=draw(st.sampled_from(((), (WorkflowRun(1, "ci", finished=False),), None, UNREAD))),
        roles=draw(st.dictionaries(st.sampled_from(HUMANS), st.sampled_from((Role.WRITE, Role.WRITE, *Role, None)))),
        teams=draw(st.sampled_from(({}, {"acme/sre": frozenset({"carol", "dave"})}, {"acme/sre": None}))),
        people=draw(st.sampled_from((*[known] * 6, {}, {"octocat": None}))),
        pusher=draw(st.sampled_from((*[None] * 5, UNREAD, person("ann"), AGENT))),
        ledger=draw(_LEDGERS),
        debts=draw(tuples(st.builds(Debt, st.integers(1, 3), st.none(), st.just(("ann", "Bob")), HOURS), 2)),
        number=number,
        advisory=draw(st.sampled_from((None, True, False))),
    )


def _rules(drawn: list[tuple[Tier, dict[str, str]]]) -> tuple[Rule, ...]:
    return tuple(rule(tier, line, **keys) for line, (tier, keys) in enumerate(drawn, start=50))


KEYS: Final[st.SearchStrategy[dict[str, str]]] = st.lists(
    st.sampled_from(
        (
            *(("action_type", text) for text in ("write", "delete", "document", "*")),
            *(("target", text) for text in ("*", "src/*", "a.py", "production_*", "[a-z].py")),
            *(("scope", text) for text in ("single_file", "directory")),
        )
    ),
    min_size=1,
    max_size=3,
).map(dict)
RULES: Final[st.SearchStrategy[tuple[Rule, ...]]] = st.one_of(
    st.just(SHIPPED), st.lists(st.tuples(st.sampled_from(BY_SEVERITY), KEYS), max_size=4).map(_rules)
)
CALENDAR: Final = Calendar(
    timezone="Europe/Berlin",
    days=frozenset(range(5)),
    start=time(9),
    end=time(18),
    holidays=frozenset({date(2026, 3, 3)}),
)
ROSTERS: Final = st.sampled_from(
    (
        (Approvers(), Approvers()),
        (Approvers(Permission.TRIAGE), Approvers(Permission.WRITE, users=("ann", "Bob"))),
        (Approvers(users=("ann", "bob", "carol"), teams=("acme/sre",)), Approvers(users=("ann", "bob"))),
        (Approvers(users=("ann", "bob"), teams=("acme/sre",)), Approvers(Permission.MAINTAIN, teams=("acme/sre",))),
        (Approvers(users=("ann", "helper[bot]")), Approvers(users=("ann", "helper[bot]"))),
    )
)


@st.composite
def rule_books(draw: st.DrawFn) -> RuleBook:
    """A valid rule book: a more severe tier never asks for less."""
    single, multi = draw(ROSTERS)
    approvals = draw(st.integers(1, 2))
    return book(
        agents=Agents(committers=("claude*",), labels=("agent",), no_manifest=draw(st.sampled_from(NoManifest))),
        unmatched=draw(st.sampled_from(Tier)),
        undeclared=draw(st.sampled_from((Tier.SINGLE, Tier.MULTI, Tier.EMERGENCY))),
        volume=draw(st.sampled_from(({}, {}, {Tier.MULTI: 2}))),
        rules=draw(RULES),
        paths=draw(st.sampled_from(((), (floor(Tier.MULTI, "*.py"),)))),
        approvers=single,
        tiers=policies(
            single={"approvals": approvals},
            multi={"approvals": approvals + draw(st.integers(0, 1)), "approvers": multi},
            checks=draw(st.sampled_from(({}, {}, {Tier.AUTO: ("test",), Tier.MULTI: ("l*t", "test")}))),
        ),
        requester=draw(st.sampled_from(Requester)),
        unattributed_commits=draw(st.sampled_from(Unattributed)),
        calendar=draw(st.sampled_from((None, None, CALENDAR))),
        override=Override(
            users=("ann", "bob"),
            teams=("acme/sre",),
            approvals=draw(st.integers(1, 2)),
            overdue=draw(st.sampled_from(Overdue)),
        ),
    )


MOMENTS: Final = st.one_of(
    HOURS, st.integers(0, 315_000_000_000).map(lambda second: datetime(1, 1, 2, tzinfo=UTC) + timedelta(seconds=second))
)
