"""One ask for approval: when it opens, escalates, expires and is renewed."""

from datetime import time, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.decision import NextStep, Outcome
from keyturn.core.digest import request_id
from keyturn.core.facts import Role
from keyturn.core.history import RequestKey
from keyturn.core.judgement import Judgement
from keyturn.core.manifest import Impact, ManifestFile
from keyturn.core.request import Request
from keyturn.core.rulebook import Approvers, Calendar, Permission
from keyturn.core.tier import Tier
from tests.support.build import (
    EARLIER,
    HEAD,
    action,
    at,
    changed,
    comment,
    commit,
    dismissed,
    facts,
    judged,
    manifest,
    objection,
    person,
    retarget,
    review,
)
from tests.support.build_book import book, policies
from tests.support.timeline import Timeline

RENEW = "/keyturn renew"


def request(judgement: Judgement) -> Request:
    """The request of a judgement that has one."""
    assert judgement.request is not None
    return judgement.request


def test_request__opens_when_it_is_first_seen() -> None:
    """A request opens when keyturn first sees it, and its deadlines count from then, however often it looks."""
    story = Timeline()
    for when in (5, 6, 20):
        told = story.look(when).decision
        assert (told.opened_at, told.escalates_at, told.expires_at) == (at(5), at(6), at(29))
        assert told.generation == 1
    assert story.entries[0].state.opened_at == at(5)


def test_request__whole_seconds() -> None:
    """Parts of a second do not count: a request opens in a whole second."""
    judgement = judged(now=at(5) + timedelta(microseconds=999_999))
    assert (judgement.now, judgement.decision.opened_at) == (at(5), at(5))


def test_request__drafts_open_none() -> None:
    """A draft opens no request; once it is ready, a later draft does not stop the clock."""
    story = Timeline(facts(draft=True))
    told = story.look(1).decision
    assert (told.outcome, told.opened_at, told.expires_at) == (Outcome.PENDING, None, None)
    assert story.look(2, draft=False).decision.opened_at == at(2)
    again = story.look(30, draft=True)
    assert (again.decision.opened_at, again.decision.outcome) == (at(2), Outcome.PENDING)
    assert story.look(31, draft=False).decision.outcome is Outcome.EXPIRED


def test_request__offline_there_is_none() -> None:
    """Offline nothing opens: there is no request id and no deadline."""
    told = judged(facts(number=None, repository=None, roles={})).decision
    assert (told.request_id, told.generation, told.opened_at, told.expires_at) == (None, None, None, None)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"head": EARLIER}, id="another head"),
        pytest.param({"base": "stage"}, id="another base"),
        pytest.param({"manifests": (manifest(action(description="Other words.")),)}, id="another manifest"),
    ],
)
def test_request__a_push_or_retarget_opens_another(change: dict[str, Any]) -> None:
    """Another head, base or manifest is another request; coming back continues the first one."""
    story = Timeline()
    first = story.look(0).decision
    before = {name: getattr(story.facts, name) for name in change}
    other = story.look(3, **change).decision
    assert (other.opened_at, other.generation) == (at(3), 1)
    assert other.request_id != first.request_id
    back = story.look(6, **before).decision
    assert (back.request_id, back.opened_at) == (first.request_id, at(0))
    assert story.look(7, **change).decision.opened_at == at(3)


def test_request__coming_back_to_a_head_keeps_its_approvals() -> None:
    """Approvals of an earlier head count again once it is the head again, unless the base changed since."""
    story = Timeline(facts(reviews=(review(when=1),)))
    assert story.look(1).decision.outcome is Outcome.APPROVED
    assert story.look(2, head=EARLIER).decision.outcome is Outcome.PENDING
    assert story.look(3, head=HEAD).decision.outcome is Outcome.APPROVED
    assert story.look(4, base="stage", base_changes=(retarget(4),)).decision.outcome is Outcome.PENDING
    back = story.look(5, base="main", base_changes=(retarget(4), retarget(5))).decision
    assert (back.outcome, back.opened_at) == (Outcome.PENDING, at(1))


MULTI = manifest(action("migrate", "orders", estimated_impact=Impact.SERVICE))


@pytest.mark.parametrize(
    ("declared", "escalates", "expires"), [(manifest(), 1, 24), (MULTI, 4, 24)], ids=["single", "multi"]
)
@pytest.mark.parametrize("looks", [(), (3,), (23,)], ids=["seldom", "early", "late"])
def test_request__expires_to_the_second(
    declared: ManifestFile, escalates: float, expires: float, looks: tuple[float, ...]
) -> None:
    """A deadline has passed from its own second on, in every tier, however often keyturn looked before."""
    story = Timeline(facts(manifests=(declared,), files=()))
    told = story.look(0).decision
    assert (told.escalates_at, told.expires_at) == (at(escalates), at(expires))
    for when in looks:
        assert story.look(when).decision.outcome is Outcome.PENDING
    assert story.look(at(expires, seconds=-1)).decision.outcome is Outcome.PENDING
    expired = story.look(at(expires)).decision
    assert (expired.outcome, expired.next_step) == (Outcome.EXPIRED, NextStep.RENEW)
    assert story.look(at(expires, seconds=1)).decision.outcome is Outcome.EXPIRED


def test_request__deadlines_in_working_time() -> None:
    """With a calendar escalation and expiry count working time, and so do the deadlines of a renewal."""
    office = Calendar(timezone="UTC", days=frozenset(range(5)), start=time(9), end=time(18), holidays=frozenset())
    story = Timeline(rules=book(calendar=office))
    told = story.look(8.5).decision
    assert (told.escalates_at, told.expires_at) == (at(24.5), at(3 * 24 + 5.5))
    anew = story.look(100, comments=(comment(RENEW, when=96),)).decision
    assert (anew.generation, anew.escalates_at, anew.expires_at) == (2, at(97), at(8 * 24 + 6))


def test_request__auto_never_expires() -> None:
    """Where nobody is waited for there is no deadline."""
    told = judged(facts(manifests=(manifest(action("read", "x")),), files=())).decision
    assert (told.outcome, told.opened_at, told.escalates_at, told.expires_at) == (
        Outcome.AUTO_APPROVED,
        at(0),
        None,
        None,
    )


def test_request__quorum_in_time_is_read_from_the_reviews() -> None:
    """Whether quorum came in time is told by the reviews' own times, not by when keyturn looked."""
    story = Timeline()
    story.look(0)
    in_time, late = review("ann", when=at(24, seconds=-1)), review("ann", when=at(24))
    assert story.look(100, reviews=(in_time,)).decision.outcome is Outcome.APPROVED
    expired = story.look(100, reviews=(late,)).decision
    assert expired.outcome is Outcome.EXPIRED
    assert [item.reason for item in expired.approvals.discounted] == ["too_late"]


def test_request__a_quorum_that_breaks_after_the_deadline_has_expired() -> None:
    """Where an approval that came in time is taken back after the deadline, too few are left and time is up."""
    gone, event = dismissed(review("ann", when=1), "ann", 30)
    story = Timeline(facts(reviews=(review("ann", when=1),)))
    assert story.look(1).decision.outcome is Outcome.APPROVED
    assert story.look(31, reviews=(gone,), dismissals=(event,)).decision.outcome is Outcome.EXPIRED


def test_request__in_time_but_held_back_does_not_expire() -> None:
    """Approvals in time, with a check or an objection still open, leave it pending after the deadline."""
    rules = book(tiers=policies(checks={Tier.SINGLE: ("test",)}))
    story = Timeline(facts(reviews=(review(when=1),)), rules)
    story.look(0)
    assert story.look(30).decision.outcome is Outcome.PENDING
    older = objection("bob", when=1, commit=EARLIER)
    assert Timeline(facts(reviews=(review(when=1), older))).look(30).decision.outcome is Outcome.PENDING


def renewed(*said: Any, reviews: tuple[Any, ...] = (), now: float = 40, **changes: Any) -> Judgement:
    """A request that was opened at 0 and expires at 24, with these comments, seen later."""
    story = Timeline()
    story.look(0)
    return story.look(now, comments=said, reviews=reviews, **changes)


@pytest.mark.parametrize(
    ("when", "generation"),
    [(1, 1), (at(24, seconds=-1), 1), (at(24), 1), (at(24, seconds=1), 2), (30, 2)],
    ids=["early", "a second before", "in the very second", "a second after", "late"],
)
def test_renew__after_the_request_expired(when: Any, generation: int) -> None:
    """A renewal opens the next generation at its own second, if it comes in a later second than the deadline."""
    told = renewed(comment(RENEW, when=when)).decision
    assert told.generation == generation
    if generation == 2:
        opened = comment(RENEW, when=when).created_at
        assert (told.opened_at, told.escalates_at, told.expires_at) == (
            opened,
            opened + timedelta(hours=1),
            opened + timedelta(hours=24),
        )
        assert told.outcome is Outcome.PENDING


ROSTER = Approvers(Permission.WRITE, users=("ann",))


@pytest.mark.parametrize(
    ("by", "changes", "words"),
    [
        pytest.param("ann", {}, None, id="on the roster"),
        pytest.param("zoe", {}, "cannot be read whether zoe", id="whose role is unknown"),
        pytest.param("bob", {"roles": {"bob": Role.READ}}, "bob could not", id="without the permission"),
        pytest.param(
            "bob", {"author": person("bob"), "labels": frozenset({"agent"})}, "bob could not", id="the author"
        ),
        pytest.param("bob", {"commits": (commit(person("bob")),)}, "bob could not", id="who wrote a commit"),
        pytest.param("octocat", {}, "octocat could not", id="who asked for the work"),
        pytest.param("bob", {"pusher": person("bob")}, "bob could not", id="who pushed the head"),
    ],
)
def test_renew__by_a_person_who_could_approve(by: str, changes: dict[str, Any], words: str | None) -> None:
    """Only somebody who could approve the pull request may renew; others are told why not."""
    judgement = renewed(comment(RENEW, by, when=30), **changes)
    found = request(judgement)
    assert found.generation == (2 if words is None else 1)
    assert [item.command.by.login for item in found.refused] == ([] if words is None else [by])
    assert all(words is not None and words in item.why for item in found.refused)
    assert [renewal.command.by.login for renewal in found.renewals] == ([by] if words is None else [])


def test_renew__not_where_the_quorum_came_in_time() -> None:
    """A request that got its approvals in time has not expired and is not renewed."""
    judgement = renewed(comment(RENEW, when=30), reviews=(review("bob", when=2),))
    assert judgement.decision.outcome is Outcome.APPROVED
    assert request(judgement).generation == 1
    assert request(judgement).refused[0].why == "the request got its approvals in time and needs no renewal"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (action("rotate", "master_key"), "nothing can renew a request that nobody can approve"),
        (action("read", "x"), "there is no request that could expire"),
    ],
    ids=["emergency", "auto"],
)
def test_renew__not_where_nothing_can_expire(one: Any, words: str) -> None:
    """Where nobody could approve, or nobody has to, there is nothing to renew."""
    judgement = judged(facts(manifests=(manifest(one),), files=(), comments=(comment(RENEW, when=30),)), now=at(40))
    assert request(judgement).refused[0].why == words


def test_renew__again_and_again() -> None:
    """Each renewal after another expiry opens one more generation; approvals count after the last one only."""
    said = comment(RENEW, when=30), comment(RENEW, when=31), comment(RENEW, "bob", when=60)
    judgement = renewed(*said, reviews=(review("carol", when=40),), now=61)
    assert judgement.decision.outcome is Outcome.APPROVED
    late = renewed(*said, reviews=(review("carol", when=55),), now=61)
    found = request(late)
    assert (found.generation, found.opened_at) == (3, at(60))
    assert [item.command.at for item in found.refused] == [at(31)]
    assert [item.reason for item in late.decision.approvals.discounted] == ["before_renewal"]
    assert late.decision.outcome is Outcome.PENDING


def test_renew__lapses_with_its_comment() -> None:
    """A renewal is read afresh in every run: without its comment, or with it edited, the request has expired."""
    story = Timeline()
    story.look(0)
    said = comment(RENEW, when=30)
    assert story.look(31, comments=(said,)).decision.generation == 2
    for gone in ((), (replace(said, edited=True),)):
        told = story.look(32, comments=gone).decision
        assert (told.outcome, told.generation) == (Outcome.EXPIRED, 1)
    assert story.look(33, comments=(said,)).decision.opened_at == at(30)


def test_renew__does_not_outlive_a_push() -> None:
    """A renewal of one head does not renew another, and does for the first when it is the head again."""
    story = Timeline()
    story.look(0)
    story.look(31, comments=(comment(RENEW, when=30),))
    assert story.look(32, head=EARLIER).decision.generation == 1
    assert story.look(33, head=HEAD).decision.generation == 2


def test_renew__lets_a_new_escalation_fall_due() -> None:
    """Each generation escalates and expires on its own."""
    story = Timeline()
    story.look(0)
    story.look(30, comments=(comment(RENEW, when=29),))
    steps = {entry.state.generation: entry.state.steps_done for entry in story.entries}
    assert steps[1] == ()
    assert steps[2] == ("escalated",)


def test_request__a_broken_ledger_opens_afresh() -> None:
    """Where the ledger broke, the request opens anew in the generation after the highest that a verdict names."""
    story = Timeline(facts(reviews=(review(when=1),)))
    story.look(0)
    story.forget(broken="an entry is gone", highest_generation=4)
    told = story.look(3).decision
    assert (told.generation, told.opened_at, told.outcome) == (5, at(3), Outcome.PENDING)
    assert [item.reason for item in told.approvals.discounted] == ["before_renewal"]
    story.change(ledger=facts().ledger)
    again = story.look(4).decision
    assert (again.generation, again.opened_at) == (5, at(3))
    assert story.look(5, reviews=(review("bob", when=4),)).decision.outcome is Outcome.APPROVED


def test_request__id_names_what_it_is_about() -> None:
    """The request id is that of this pull request, head, base, manifest digest and generation."""
    judgement = judged()
    found = request(judgement)
    digest = judgement.decision.manifest_digest
    assert digest is not None
    assert found.key == RequestKey(HEAD, "main", digest)
    assert found.is_new
    assert found.id == request_id(
        server_url="https://github.com",
        repository="acme/shop",
        number=12,
        head=HEAD,
        base="main",
        manifest_digest=digest,
        generation=1,
    )


def test_request__a_base_whose_name_is_no_text() -> None:
    """A base whose name is no UTF-8 has a request like any other, under a name that can be written down."""
    judgement = judged(facts(base="st\udcff"))
    assert (judgement.decision.base, request(judgement).key.base) == ("st\\xff", "st\\xff")
    assert request(judgement).id is not None


def test_request__changed_files_alone_open_no_other() -> None:
    """What the request is about is the manifest, the head and the base; nothing else opens another."""
    story = Timeline()
    first = story.look(0).decision.request_id
    assert (
        story.look(3, title="Other", labels=frozenset({"x"}), files=(changed("b"),), file_count=1).decision.request_id
        == first
    )
