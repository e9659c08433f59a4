"""The sweep's light pass: what it shows of each pull request, and how few reads it takes."""

import pytest

from keyturn.core.chain import Anchor
from keyturn.core.decision import Outcome
from keyturn.core.digest import bytes_digest
from keyturn.core.record import folder
from keyturn.core.verdict import VerdictState
from keyturn.ports import Light, Unavailable
from keyturn.settings import Publish
from tests.github.reading_place import MANIFEST, RULES, ReadingPlace, reading_place
from tests.github_server.journal import Recorded
from tests.github_server.state.pull_request import PullRequest


def sweep(place: ReadingPlace) -> dict[int, Light]:
    """The light pass, by number; each pull request is told once."""
    lights = list(place.reader().sweep())
    assert len({light.number for light in lights}) == len(lights)
    return {light.number: light for light in lights}


def judged(place: ReadingPlace, pull: PullRequest, outcome: Outcome = Outcome.PENDING) -> Anchor:
    """Leave ledger and head as keyturn does."""
    anchor = place.record(pull, outcome=outcome)
    place.verdict(pull, anchor, "success" if outcome is Outcome.APPROVED else "pending")
    return anchor


def test_light__what_it_shows(place: ReadingPlace) -> None:
    """Head, base, draft, reviews, commands, verdict, newest entry and the rule book's digest are shown."""
    pull = place.open()
    place.record(pull)
    anchor = judged(place, pull)
    ann = place.repository.user("ann", role="write")
    review = pull.approve(ann)
    pull.review(ann, "COMMENTED", "/keyturn renew")
    pull.comment(ann, "/keyturn override")
    command = pull.comment(ann, "/keyturn renew\nplease")
    pull.comment(ann, "hello\n/keyturn renew")
    pull.comment(ann, "/keyturn recheck").edit("/keyturn renew")
    pull.to_draft()

    light = sweep(place)[pull.number]

    assert (light.head, light.base, light.draft, light.closed) == (pull.head_oid, "main", True, False)
    assert light.reviews == {(review.node_id, "APPROVED", pull.head_oid)}
    assert len(light.commands) == 2
    assert command.node_id in light.commands
    assert light.verdict is not None
    assert (light.verdict.own, light.verdict.state, light.verdict.anchor) == (True, VerdictState.PENDING, anchor)
    assert light.entry is not None
    assert light.entry.sequence == 2
    assert light.rules_digest == bytes_digest(RULES.encode())
    assert len(place.reads()) == 2


def test_light__unknown_to_the_ledger(place: ReadingPlace) -> None:
    """A pull request that nobody judged yet has neither verdict nor entry."""
    pull = place.open({MANIFEST: "version: 1\n"})

    light = sweep(place)[pull.number]

    assert (light.verdict, light.entry, light.commands, light.reviews) == (None, None, frozenset(), frozenset())


@pytest.mark.parametrize("missing", ["file", "regular file"])
def test_light__without_a_rule_book(missing: str) -> None:
    """Without a readable rule book there is no digest of it."""
    with reading_place(files={} if missing == "file" else {"rules.yml/x": "1"}) as place:
        pull = place.open()

        assert sweep(place)[pull.number].rules_digest is None


def test_light__head_that_no_page_shows(place: ReadingPlace) -> None:
    """Where the last commit listed is not the head, no verdict is told, so that the pull request is read whole."""
    place.server.world.limits.commits = 1
    pull = place.open()
    pull.push({"a": "1"})
    judged(place, pull)

    assert sweep(place)[pull.number].verdict is None


def test_light__verdict_under_the_pull_requests_own_name(place: ReadingPlace) -> None:
    """A verdict for another branch is none for this one; of its own names a success is told first."""
    place.repository.branch("release")
    pull = place.repository.pull_request(author=place.me, files={"a": "1"}, base="release")
    place.verdict(pull, None, "success", name="keyturn")
    place.verdict(pull, None, "success", name="keyturn: release")
    place.server.clock.advance(minutes=1)
    place.verdict(pull, None, "pending", name="keyturn: release (observe)")

    verdict = sweep(place)[pull.number].verdict

    assert verdict is not None
    assert verdict.name == "keyturn: release"


def test_light__entry_that_is_newer_than_the_verdict(place: ReadingPlace) -> None:
    """A run that died between ledger and verdict is seen: the newest entry is read, by one more query."""
    pull = place.open()
    judged(place, pull)
    place.record(pull, outcome=Outcome.APPROVED)

    light = sweep(place)[pull.number]

    assert light.entry is not None
    assert light.entry.sequence == 2
    assert len(place.reads()) == 3


def test_light__verdict_that_does_not_say_where(place: ReadingPlace) -> None:
    """A verdict by somebody else names no entry that is believed; the ledger's own newest one is read."""
    pull = place.open()
    place.record(pull)
    mallory = place.repository.user("mallory", role="write")
    place.verdict(pull, Anchor("pulls/0/9/000001.json", "e" * 40, 1), "success", by=mallory)

    light = sweep(place)[pull.number]

    assert light.verdict is not None
    assert light.verdict.own is False
    assert light.entry is not None
    assert light.entry.decision.pull_request == pull.number


def test_light__entry_that_is_none(place: ReadingPlace) -> None:
    """What cannot be read as an entry is told as none, so that the pull request is read whole."""
    pull = place.open()
    path = f"{folder(pull.number)}/000001.json"
    place.verdict(pull, Anchor(path, place.write_ledger({path: "{}"}), 1))

    assert sweep(place)[pull.number].entry is None


def test_light__ledger_that_never_rests(place: ReadingPlace) -> None:
    """A pull request about which others write all the time is told without an entry rather than never."""
    pull = place.open()
    judged(place, pull)

    def write(_: Recorded) -> None:
        place.record(pull)

    place.server.after_request(write)

    light = sweep(place)[pull.number]
    place.server.clear_hooks()

    assert light.entry is None


def test_light__two_hundred_open_ones(place: ReadingPlace) -> None:
    """A glance at 200 open pull requests takes five reads, and reading the 20 at success whole takes five more."""
    pulls = [place.open({"src/tax.py": f"rate = {n}\n", f".agent/manifests/{n}.yml": "v\n"}) for n in range(200)]
    for number, pull in enumerate(pulls):
        judged(place, pull, Outcome.APPROVED if number % 10 == 0 else Outcome.PENDING)

    lights = sweep(place)

    assert set(lights) == {pull.number for pull in pulls}
    assert all(light.entry is not None for light in lights.values())
    assert len(place.reads()) == 5
    passing = [
        light.number
        for light in lights.values()
        if light.verdict is not None and light.verdict.state is VerdictState.SUCCESS
    ]
    place.reader().snapshots(passing)
    assert len(passing) == 20
    assert len(place.reads()) == 10
    assert place.token.graphql.used < 100


def test_closed__that_the_ledger_holds_as_open(place: ReadingPlace) -> None:
    """Closed pull requests are told after the open ones where the ledger has not heard of it, or heard only lately."""
    unheard, heard, unknown = (place.open({"src/tax.py": f"rate = {number}\n"}) for number in range(3))
    judged(place, unheard)
    judged(place, heard)
    for pull in (unheard, heard, unknown):
        pull.close()
    place.record(heard, closed=True)
    opened = place.open()

    assert [light.number for light in place.reader().sweep()] == [opened.number, heard.number, unheard.number]
    place.server.clock.advance(hours=4)
    before = len(place.reads())
    lights = list(place.reader().sweep())

    assert [(light.number, light.closed) for light in lights] == [(opened.number, False), (unheard.number, True)]
    assert lights[1].entry is not None
    assert lights[1].head == unheard.head_oid
    assert len(place.reads()) - before == 3


def test_closed__long_ago(place: ReadingPlace) -> None:
    """Pull requests to which nothing happened for a month are not looked at again."""
    pull = place.open()
    judged(place, pull)
    pull.close()
    place.server.clock.advance(days=31)

    assert sweep(place) == {}


DEBT = '[{"pull_request": %d, "head": null, "base": null, "issue": 3, "people": [], "due": "2026-01-08T09:00:00Z"}]\n'


def test_closed__whose_review_is_owed(place: ReadingPlace) -> None:
    """A review that is owed keeps its pull request in the sweep, however long ago that was closed."""
    pull = place.open()
    judged(place, pull)
    pull.close()
    place.record(pull, closed=True, debts=(DEBT % pull.number).encode())
    place.server.clock.advance(days=100)

    light = sweep(place)[pull.number]

    assert (light.closed, light.head) == (True, pull.head_oid)


def test_open__whose_review_is_owed(place: ReadingPlace) -> None:
    """An open one is told once, as open, even from a later page."""
    pull = [place.open({"src/tax.py": f"rate = {number}\n"}) for number in range(60)][-1]
    place.record(pull, debts=(DEBT % pull.number).encode())

    light = sweep(place)[pull.number]

    assert light.closed is False


def test_closed__whose_review_is_owed_and_that_is_no_more(place: ReadingPlace) -> None:
    """A debt for a pull request that does not exist stops nothing."""
    pull = place.open()
    place.record(pull, debts=(DEBT % 99).encode())

    assert list(sweep(place)) == [pull.number]


def test_closed__on_further_pages(place: ReadingPlace) -> None:
    """Three pages of closed ones are looked through, and each further one while the last held any to look after."""
    pulls = []
    for number in range(310):
        pull = place.open({"src/tax.py": f"rate = {number}\n"})
        place.server.clock.advance(seconds=1)
        pull.close()
        pulls.append(pull)
    recent_first = pulls[::-1]
    for position in (10, 160, 240, 305):
        judged(place, recent_first[position])

    found = sweep(place)

    assert set(found) == {recent_first[position].number for position in (10, 160, 240)}


def test_light__check_runs_as_verdicts(place: ReadingPlace) -> None:
    """A set-up that publishes check runs sees those."""
    pull = place.open()
    anchor = place.record(pull)
    run = pull.check_run("keyturn", None, app="keyturn-gate")
    run.external_id = str(anchor)
    settings = place.settings()
    settings = type(settings)(
        repository=settings.repository, token=settings.token, api_url=settings.api_url, publish=Publish.CHECK
    )

    (light,) = place.reader(settings).sweep()

    assert light.verdict is not None
    assert (light.verdict.id, light.verdict.state) == (run.id, VerdictState.PENDING)
    assert light.entry is not None


def test_light__pages_that_are_too_long_for_github(place: ReadingPlace) -> None:
    """Where GitHub gives up on a page, shorter ones are asked for from then on."""
    pulls = [place.open({"src/tax.py": f"rate = {number}\n"}) for number in range(60)]
    place.server.faults.html(operation="Sweep", times=4)

    lights = sweep(place)

    assert set(lights) == {pull.number for pull in pulls}
    assert len(place.reads()) == 4 + 4


def test_light__refusal_is_not_asked_again(place: ReadingPlace) -> None:
    """A permission that is missing is not found by asking for less."""
    place.open()
    place.server.faults.graphql_error("FORBIDDEN", "No.", at="repository.open", operation="Sweep", times=None)

    with pytest.raises(Unavailable):
        sweep(place)

    assert len(place.reads()) == 1
