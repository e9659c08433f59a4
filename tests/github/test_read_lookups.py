"""What is looked up on demand: roles, people, teams, the pusher, workflow runs; and what cannot be read."""

import pytest
from msgspec.structs import replace

from keyturn.core.facts import Account, AccountKind, Facts, Role, WorkflowRun
from keyturn.core.inquiry import Wanted
from keyturn.ports import Unavailable
from keyturn.settings import OwnRun
from tests.github.reading_place import ReadingPlace
from tests.github_server.state.access import Role as RoleName


def look_up(place: ReadingPlace, facts: Facts, **wanted: object) -> Facts:
    """Look up with a fresh reader."""
    return place.reader().look_up(facts, Wanted(**wanted), older_rules=False)  # type: ignore[arg-type]


@pytest.fixture
def facts(place: ReadingPlace) -> Facts:
    """The facts of an ordinary pull request."""
    return place.snapshot(place.open()).facts


@pytest.mark.parametrize(
    ("role", "custom", "expected"),
    [
        ("none", None, Role.READ),
        ("read", None, Role.READ),
        ("triage", None, Role.TRIAGE),
        ("write", None, Role.WRITE),
        ("maintain", None, Role.MAINTAIN),
        ("admin", None, Role.ADMIN),
        ("write", "release-manager", Role.WRITE),
        ("triage", "first-line", Role.READ),
    ],
)
def test_role__exact_or_by_permission(
    place: ReadingPlace, facts: Facts, role: RoleName, custom: str | None, expected: Role
) -> None:
    """Standard roles are exact; a custom one counts by the permission it comes to. In public everybody reads."""
    place.repository.user("Ann", role=role, role_name=custom)

    assert look_up(place, facts, roles=frozenset({"Ann"})).roles == {"ann": expected}


def test_role__no_account_has_none(place: ReadingPlace, facts: Facts) -> None:
    """GitHub does not know some that act on it, such as agents, as users: they have no role."""
    assert look_up(place, facts, roles=frozenset({"Copilot"})).roles == {"copilot": Role.NONE}


def test_role__that_may_not_be_asked(place: ReadingPlace, facts: Facts) -> None:
    """A refusal makes a role unreadable, which the core treats strictly."""
    place.server.faults.status(403, "Resource not accessible by integration", path="*/permission")

    assert look_up(place, facts, roles=frozenset({"ann"})).roles == {"ann": None}


def test_role__while_github_is_down(place: ReadingPlace, facts: Facts) -> None:
    """An outage is no answer: nothing is decided on it."""
    place.server.faults.status(503, path="*/permission", times=None)

    with pytest.raises(Unavailable):
        look_up(place, facts, roles=frozenset({"ann"}))


def test_person__account_or_none(place: ReadingPlace, facts: Facts) -> None:
    """A login leads to its account, of whichever kind, or to none."""
    ann = place.repository.user("Ann")
    bot = place.repository.bot("helper")

    found = look_up(place, facts, people=frozenset({"ann", "helper[bot]", "nobody", "acme"})).people

    assert found == {
        "ann": Account("Ann", AccountKind.USER, ann.id),
        "helper[bot]": Account("helper[bot]", AccountKind.BOT, bot.id),
        "nobody": None,
        "acme": Account("acme", AccountKind.OTHER, place.repository.owner.id),
    }


def test_team__members_of_all_pages(place: ReadingPlace, facts: Facts) -> None:
    """A team's members are told by key, however many there are."""
    place.repository.team("acme/Platform", *(place.repository.user(f"Ann{number}") for number in range(150)))

    teams = look_up(place, facts, teams=frozenset({"Acme/platform"})).teams

    assert teams == {"acme/platform": frozenset(f"ann{number}" for number in range(150))}


@pytest.mark.parametrize("why", ["absent", "forbidden", "workflow token"])
def test_team__that_cannot_be_read(place: ReadingPlace, facts: Facts, why: str) -> None:
    """Whatever keeps a team from being read, it is unreadable and not empty."""
    if why != "absent":
        place.repository.team("acme/platform", place.repository.user("ann"))
    if why == "forbidden":
        place.server.faults.status(403, "Forbidden", path="/orgs/*")
    token = place.repository.workflow_token() if why == "workflow token" else place.token

    found = place.reader_for(token).look_up(facts, Wanted(teams=frozenset({"acme/platform"})), older_rules=False)

    assert found.teams == {"acme/platform": None}


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ({"roles": frozenset({"ann"})}, "*/permission"),
        ({"people": frozenset({"ann"})}, "/users/*"),
        ({"teams": frozenset({"acme/platform"})}, "/orgs/*"),
        ({"pusher": True}, "*/activity"),
        ({"runs": True}, "*/actions/runs"),
    ],
    ids=["role", "person", "team", "pusher", "runs"],
)
def test_lookups__refusal_that_is_no_answer(
    place: ReadingPlace, facts: Facts, wanted: dict[str, object], path: str
) -> None:
    """A refusal that says nothing of what was asked is not taken for an answer."""
    place.server.faults.status(409, path=path)

    with pytest.raises(Unavailable, match="with 409"):
        look_up(place, facts, **wanted)


def test_lookups__ask_nothing_twice(place: ReadingPlace, facts: Facts) -> None:
    """A sweep asks about the same people for many pull requests; GitHub is asked once."""
    place.repository.user("ann", role="write")
    place.repository.team("acme/platform", place.repository.user("ann"))
    reader = place.reader()
    wanted = Wanted(roles=frozenset({"ann"}), people=frozenset({"ANN"}), teams=frozenset({"acme/platform"}))
    first = reader.look_up(facts, wanted, older_rules=False)
    before = len(place.reads())

    assert reader.look_up(facts, wanted, older_rules=False) == first
    assert len(place.reads()) == before


def test_pusher__of_the_current_head(place: ReadingPlace) -> None:
    """Whoever moved the head branch to the present head is its pusher, whoever wrote the commit."""
    ann, ben = place.repository.user("ann", role="write"), place.repository.user("ben", role="write")
    pull = place.open()
    pull.push({"a": "1"}, pusher=ann)
    place.server.clock.advance(minutes=1)
    pull.push({"a": "2"}, pusher=ben)

    facts = look_up(place, place.snapshot(pull).facts, pusher=True)

    assert facts.pusher == Account("ben", AccountKind.USER, ben.id)


def test_pusher__newest_of_those_who_pushed_it(place: ReadingPlace) -> None:
    """A head that was pushed, left and pushed again was last pushed by whoever brought it back."""
    repository = place.repository
    ann, ben = repository.user("ann", role="write"), repository.user("ben", role="write")
    pull = place.open()
    wanted = pull.push({"a": "1"}, pusher=ann).oid
    place.server.clock.advance(minutes=1)
    pull.push({"a": "2"}, pusher=ann)
    place.server.clock.advance(minutes=1)
    repository.move(pull.head_ref, wanted, ben)

    facts = look_up(place, place.snapshot(pull).facts, pusher=True)

    assert facts.pusher is not None
    assert facts.pusher == Account("ben", AccountKind.USER, ben.id)


def test_pusher__in_a_fork(place: ReadingPlace) -> None:
    """The activity is that of the repository where the head branch is."""
    ann = place.repository.user("ann")
    fork = place.repository.fork(ann)
    pull = place.repository.pull_request(author=ann, files={"a": "1"}, head_repository=fork)

    facts = look_up(place, place.snapshot(pull).facts, pusher=True)

    assert facts.pusher == Account("ann", AccountKind.USER, ann.id)
    assert place.reads()[-1] == "GET /repos/ann/shop/activity"


@pytest.mark.parametrize("why", ["unreadable", "repository gone", "not in the activity", "account gone"])
def test_pusher__that_does_not_show(place: ReadingPlace, why: str) -> None:
    """Where the activity does not show who pushed, nobody is known to have."""
    pull = place.open()
    if why == "unreadable":
        place.repository.activity_readable = False
    if why == "repository gone":
        pull.head_repository = None
    if why == "not in the activity":
        place.repository.activity.clear()
    if why == "account gone":
        place.server.faults.edit_answer(lambda moves: [{**move, "actor": None} for move in moves], path="*/activity")

    assert look_up(place, place.snapshot(pull).facts, pusher=True).pusher is None


def test_runs__but_keyturns_own(place: ReadingPlace) -> None:
    """Every run of the head is told, finished or not, but this one and others of the same workflow."""
    pull = place.open()
    pull.check_run("test", "success", workflow="ci")
    pull.check_run("lint", None, workflow="lint")
    own = pull.check_run("gate", None, workflow="keyturn").suite.workflow_run
    pull.check_run("gate", "success", workflow="gatekeeping")
    assert own is not None
    settings = replace(place.settings(), own_run=OwnRun(id=own.id + 1, workflow="keyturn", job="gate"))

    facts = place.reader(settings).look_up(place.snapshot(pull).facts, Wanted(runs=True), older_rules=False)

    assert facts.runs == (WorkflowRun(1002, "lint", finished=False), WorkflowRun(1001, "ci", finished=True))


def test_runs__on_many_pages(place: ReadingPlace) -> None:
    """More runs than a page shows are read, too."""
    pull = place.open()
    for number in range(120):
        pull.check_run("test", workflow=f"ci-{number}")

    runs = look_up(place, place.snapshot(pull).facts, runs=True).runs

    assert isinstance(runs, tuple)
    assert len(runs) == 120


def test_runs__that_may_not_be_asked(place: ReadingPlace) -> None:
    """Without `actions: read` nothing is known of runs."""
    token = place.repository.app_token(permissions={"contents": "read"})
    facts = place.snapshot(place.open()).facts

    assert place.reader_for(token).look_up(facts, Wanted(runs=True), older_rules=False).runs is None


@pytest.mark.parametrize(("role", "expected"), [("read", False), ("triage", False), ("write", True), ("admin", True)])
def test_may_write__by_role(place: ReadingPlace, role: RoleName, expected: bool) -> None:
    """Write access begins with `write`."""
    place.repository.user("ann", role=role)

    assert place.reader().may_write(Account("ann", AccountKind.USER)) is expected


@pytest.mark.parametrize("status", [403, 404, 503])
def test_may_write__not_where_it_cannot_be_read(place: ReadingPlace, status: int) -> None:
    """Unknown is no."""
    place.server.faults.status(status, path="*/permission", times=None)

    assert place.reader().may_write(Account("ann", AccountKind.USER)) is False


def test_email__public_address_or_none(place: ReadingPlace) -> None:
    """A public address is found, once a run; without one, or without the account, there is none."""
    place.repository.user("mail", role="write", email="mail@example.org")
    place.repository.user("quiet", role="write")
    reader = place.reader()

    assert [reader.email_of(login) for login in ("mail", "MAIL", "quiet", "nobody")] == [
        "mail@example.org",
        "mail@example.org",
        None,
        None,
    ]
    assert len(place.reads()) == 3
