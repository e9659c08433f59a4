"""What is known of people, teams and runs, and what nobody has asked for yet."""

from itertools import permutations

import pytest

from keyturn.core.facts import UNREAD, Account, AccountKind, Role, WorkflowRun
from keyturn.core.inquiry import Answer, Inquiry, Wanted
from keyturn.core.rulebook import Approvers, Permission
from tests.support.build import bot, facts, person, review

YES, NO, UNKNOWN = Answer
ANN = person("ann")
ROLES = [Role.NONE, Role.READ, Role.TRIAGE, Role.WRITE, Role.MAINTAIN, Role.ADMIN]


@pytest.mark.parametrize(
    ("permission", "least"),
    [
        (Permission.TRIAGE, Role.TRIAGE),
        (Permission.WRITE, Role.WRITE),
        (Permission.MAINTAIN, Role.MAINTAIN),
        (Permission.ADMIN, Role.ADMIN),
    ],
)
def test_may__a_role_allows_what_is_below_it(permission: Permission, least: Role) -> None:
    """A role that is known decides alone, whatever a review says of the right to push."""
    for role in ROLES:
        inquiry = Inquiry(facts(roles={"ann": role}, reviews=(review(can_push=role < least),)))
        assert inquiry.may(ANN, permission) is Answer.of(role >= least)
        assert not inquiry.wanted()


@pytest.mark.parametrize(
    ("can_push", "permission", "answer"),
    [
        (True, Permission.TRIAGE, YES),
        (True, Permission.WRITE, YES),
        (True, Permission.MAINTAIN, UNKNOWN),
        (True, Permission.ADMIN, UNKNOWN),
        (False, Permission.TRIAGE, UNKNOWN),
        (False, Permission.WRITE, NO),
        (False, Permission.MAINTAIN, NO),
        (False, Permission.ADMIN, NO),
        (None, Permission.WRITE, UNKNOWN),
    ],
)
@pytest.mark.parametrize("roles", [{}, {"ann": None}], ids=["not asked", "unreadable"])
def test_may__by_the_right_to_push(
    roles: dict[str, None], can_push: bool | None, permission: Permission, answer: Answer
) -> None:
    """Without a role the right to push tells write from less; the role is asked for where that leaves a doubt."""
    inquiry = Inquiry(facts(roles=roles, reviews=(review(can_push=can_push), review("bob", can_push=True))))
    assert inquiry.may(ANN, permission) is answer
    assert inquiry.wanted().roles == (frozenset({"ann"}) if answer is UNKNOWN and not roles else frozenset())


def test_may__a_no_outweighs_every_yes() -> None:
    """Where reviews disagree about the right to push, their author has none, whatever their order."""
    said = [review(when=when, can_push=can_push) for when, can_push in ((1, True), (2, False), (3, None))]
    for order in permutations(said):
        assert Inquiry(facts(roles={}, reviews=order)).may(ANN, Permission.WRITE) is NO


@pytest.mark.parametrize(
    ("users", "teams", "members", "answer"),
    [
        pytest.param(("Ann",), ("acme/x",), None, YES, id="named, whatever the teams"),
        pytest.param(("bob",), (), None, NO, id="not named"),
        pytest.param((), ("Acme/X",), frozenset({"ann"}), YES, id="in a team, case aside"),
        pytest.param((), ("acme/x",), frozenset({"bob"}), NO, id="not in it"),
        pytest.param((), ("acme/x",), None, UNKNOWN, id="unreadable"),
        pytest.param((), ("acme/x", "acme/y"), None, YES, id="in another team"),
    ],
)
def test_is_named__by_login_or_team(
    users: tuple[str, ...], teams: tuple[str, ...], members: frozenset[str] | None, answer: Answer
) -> None:
    """Somebody is named by login or through a team; one unreadable team leaves a doubt, unless another settles it."""
    inquiry = Inquiry(facts(teams={"acme/x": members, "acme/y": frozenset({"ann"})}))
    assert inquiry.is_named(ANN, users, teams) is answer
    assert not inquiry.wanted()


def test_members__asks_for_teams_that_nobody_has_read() -> None:
    """A team that nobody has read is asked for by the name in the rule book."""
    inquiry = Inquiry(facts())
    assert inquiry.members("Acme/X") is None
    assert inquiry.wanted() == Wanted(teams=frozenset({"Acme/X"}))


@pytest.mark.parametrize(
    ("approvers", "role", "members", "answer"),
    [
        (Approvers(), Role.WRITE, None, YES),
        (Approvers(), Role.READ, None, NO),
        (Approvers(), None, None, UNKNOWN),
        (Approvers(users=("bob",)), None, None, NO),
        (Approvers(users=("ann",)), None, None, UNKNOWN),
        (Approvers(teams=("acme/x",)), Role.WRITE, None, UNKNOWN),
        (Approvers(teams=("acme/x",)), Role.READ, None, NO),
        (Approvers(teams=("acme/x",)), Role.WRITE, frozenset({"ann"}), YES),
    ],
)
def test_on_roster__named_and_permitted(
    approvers: Approvers, role: Role | None, members: frozenset[str] | None, answer: Answer
) -> None:
    """Both must hold: to be named, where anybody is, and to have the permission. One clear no is a no."""
    inquiry = Inquiry(facts(roles={"ann": role}, teams={"acme/x": members}))
    assert inquiry.on_roster(ANN, approvers) is answer


def test_on_roster__asks_no_role_of_somebody_who_is_not_named() -> None:
    """The role of somebody whom the roster does not name is never asked for."""
    inquiry = Inquiry(facts(roles={}))
    assert inquiry.on_roster(ANN, Approvers(users=("bob",))) is NO
    assert not inquiry.wanted()


@pytest.mark.parametrize(
    ("approvers", "answer"),
    [(Approvers(), NO), (Approvers(users=("x[bot]",)), YES), (Approvers(users=("y[bot]",)), NO)],
)
def test_on_roster__a_bot_needs_only_to_be_named(approvers: Approvers, answer: Answer) -> None:
    """A bot is on a roster that names it, and on no other."""
    inquiry = Inquiry(facts())
    assert inquiry.on_roster(bot("X[bot]"), approvers) is answer
    assert not inquiry.wanted()


@pytest.mark.parametrize(
    ("people", "answer", "wanted"),
    [
        ({"octocat": person("octocat")}, YES, False),
        ({"octocat": bot("octocat")}, NO, False),
        ({"octocat": Account("octocat", AccountKind.OTHER)}, NO, False),
        ({"octocat": None}, NO, False),
        ({}, UNKNOWN, True),
    ],
)
def test_person__a_login_that_a_manifest_names(
    people: dict[str, Account | None], answer: Answer, *, wanted: bool
) -> None:
    """A login is a person's if its account is a user's; nobody's if there is none; else it is asked for."""
    inquiry = Inquiry(facts(people=people))
    assert inquiry.person("OctoCat") is answer
    assert inquiry.wanted() == (Wanted(people=frozenset({"OctoCat"})) if wanted else Wanted())


def test_pushed__as_far_as_the_activity_shows() -> None:
    """Who pushed is asked for where nobody has; where it cannot be seen, nobody did."""
    assert Inquiry(facts(pusher=person("ANN"))).pushed(ANN)
    assert not Inquiry(facts(pusher=person("bob"))).pushed(ANN)
    assert not Inquiry(facts(pusher=None)).pushed(ANN)
    inquiry = Inquiry(facts(pusher=UNREAD))
    assert not inquiry.pushed(ANN)
    assert inquiry.wanted() == Wanted(pusher=True)


def test_runs__asks_where_nobody_has() -> None:
    """Runs that nobody has read are asked for; what cannot be read is not asked for again."""
    runs = (WorkflowRun(1, "ci", finished=True),)
    assert Inquiry(facts(runs=runs)).runs() == runs
    for unknown, wanted in ((UNREAD, True), (None, False)):
        inquiry = Inquiry(facts(runs=unknown))
        assert inquiry.runs() is None
        assert inquiry.wanted() == Wanted(runs=wanted)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), False),
        (Wanted(roles=frozenset({"a"})), True),
        (Wanted(people=frozenset({"a"})), True),
        (Wanted(teams=frozenset({"a"})), True),
        (Wanted(pusher=True), True),
        (Wanted(runs=True), True),
    ],
)
def test_wanted__is_true_while_anything_is_left(wanted: Wanted, *, expected: bool) -> None:
    """Something is left to ask while any of its parts is."""
    assert bool(wanted) is expected


def test_answer__of_three_values() -> None:
    """The unreadable is neither a yes nor a no."""
    assert [Answer.of(value) for value in (True, False, None)] == [YES, NO, UNKNOWN]
