"""What the ledger remembers of a pull request."""

from msgspec.structs import replace

from keyturn.core.decision import Outcome
from keyturn.core.facts import Debt, LedgerFacts
from keyturn.core.history import History, RequestKey, recall
from keyturn.core.record import Event, LedgerEntry
from keyturn.core.rulebook import Override
from tests.support.build import EARLIER, HEAD, at, comment, dismissed, facts, ledger, objection, review
from tests.support.build_book import book
from tests.support.timeline import Timeline

OVERRIDE = f"/keyturn override {HEAD} the shop is down and this mends it"


def key(entry: LedgerEntry) -> RequestKey:
    """What the request of an entry is about."""
    assert entry.decision.manifest_digest is not None
    return RequestKey(entry.decision.head, entry.decision.base, entry.decision.manifest_digest)


def lived() -> Timeline:
    """A pull request that was seen, pushed to, and seen again until it expired."""
    story = Timeline(rules=book(override=Override(users=("ann",))))
    story.look(0)
    story.look(2, head=EARLIER)
    story.look(3, head=HEAD)
    story.look(24)
    return story


def test_recall__nothing_of_a_pull_request_never_seen() -> None:
    """Of a pull request that was never seen nothing is remembered."""
    found = recall(LedgerFacts(), at(0))
    assert found == History()
    assert not found.governed
    assert found.opened_at(RequestKey(HEAD, "main", "sha256:x")) is None
    assert not found.was_done("x", Event.EXPIRED)
    assert not found.was_done(None, Event.EXPIRED)


def test_recall__openings_and_steps_of_every_request() -> None:
    """Each request is remembered with the moment it opened, and with the steps that were done for it."""
    story = lived()
    found = recall(ledger(*story.entries), at(30))
    first, second = story.entries[0], story.entries[1]
    assert found.governed
    assert (found.opened_at(key(first)), found.opened_at(key(second))) == (at(0), at(2))
    assert found.was_done(first.decision.request_id, Event.EXPIRED)
    assert not found.was_done(second.decision.request_id, Event.EXPIRED)
    assert not found.was_done(first.decision.request_id, Event.RENEWED)
    assert not found.was_done(None, Event.EXPIRED)
    assert found.last == story.entries[-1]


def test_recall__a_renewed_request_is_known_by_its_first_generation() -> None:
    """A renewal opens a generation of its own; the request is still known by when it first opened."""
    story = lived()
    story.look(30, comments=(comment("/keyturn renew", when=30),))
    found = recall(ledger(*story.entries), at(31))
    assert (found.last and found.last.state.generation) == 2
    assert found.opened_at(key(story.entries[0])) == at(0)


def test_recall__overrides_and_what_a_debt_refused() -> None:
    """Overrides and commands that a debt refused are remembered; each event with a source is known as recorded."""
    story = Timeline(rules=book(override=Override(users=("ann", "bob"))))
    said = comment(OVERRIDE, "ann", when=1), comment(OVERRIDE, "bob", when=1)
    story.look(1, comments=said, debts=(Debt(3, None, ("bob",), at(0)),))
    found = recall(ledger(*story.entries), at(2))
    assert [record.at for record in found.overrides] == [at(1)]
    assert found.refused_for_debt == {said[1].id}
    assert (Event.OVERRIDE_REFUSED, said[1].id) in found.recorded
    assert all(source is not None for _, source in found.recorded)


def test_recall__a_broken_chain_voids_what_made_decisions_laxer() -> None:
    """After a break requests start afresh, in the generation after the highest that anything names.

    What can only make a decision stricter is kept: that it was governed, its overrides, and what a debt refused.
    """
    story = lived()
    story.look(25, comments=(comment(OVERRIDE, when=25),))
    whole = recall(ledger(*story.entries), at(30))
    broken = recall(ledger(*story.entries, broken=("gone",)), at(30))
    assert broken == replace(whole, first_generation=2, void_before=at(30), openings=(), steps=())
    assert (broken.governed, broken.overrides) == (True, whole.overrides)
    assert broken.opened_at(key(story.entries[0])) is None
    named = recall(ledger(*story.entries, broken=("gone",), highest_generation=7), at(30))
    assert named.first_generation == 8
    assert recall(ledger(broken=("gone",)), at(30)).first_generation == 1


def test_recall__the_restart_lasts() -> None:
    """The generation in which requests start after a break, and the moment of the break, last from then on."""
    story = Timeline(facts(reviews=(review(when=1),)))
    story.forget(broken="gone", highest_generation=2)
    story.look(3)
    story.change(ledger=LedgerFacts())
    story.look(4, reviews=(review(when=1), review("bob", when=4)))
    found = recall(ledger(*story.entries), at(9))
    assert (found.first_generation, found.void_before) == (3, at(3))
    assert found.opened_at(key(story.entries[-1])) == at(3)
    assert story.entries[-1].decision.outcome is Outcome.APPROVED


def test_recall__an_entry_without_a_request() -> None:
    """An entry whose decision has no request, as that of a refused manifest, opens none."""
    story = Timeline(facts(people={"octocat": None}))
    story.look(0)
    found = recall(ledger(*story.entries), at(1))
    assert (found.openings, found.steps, found.governed) == ((), (), True)
    gone, event = dismissed(objection(when=1), "zoe")
    story.look(2, reviews=(gone,), dismissals=(event,))
    assert recall(ledger(*story.entries), at(3)).openings == ()
