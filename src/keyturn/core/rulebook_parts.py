"""Turns the filled forms of a rule book into the values that the rest of keyturn works with."""

from collections.abc import Iterable, Iterator
from types import MappingProxyType

from keyturn.core.calendar_form import CalendarForm, parse_days, parse_holiday, parse_hours
from keyturn.core.duration import parse_duration
from keyturn.core.nodes import ListNode, MapNode, Scalar
from keyturn.core.rulebook_form import (
    AgentsForm,
    ApproversForm,
    CheckForm,
    ChecksOnlyForm,
    OverrideForm,
    SingleForm,
    SlackForm,
    VolumeForm,
)
from keyturn.core.rulebook_terms import (
    Agents,
    Approvers,
    Calendar,
    CheckPattern,
    Override,
    PathFloor,
    Slack,
    TierPolicy,
)
from keyturn.core.tier import Tier


def agents(form: AgentsForm) -> Agents:
    """Whose pull requests are governed."""
    return Agents(
        authors=tuple(form.authors),
        committers=tuple(form.committers),
        labels=tuple(form.labels),
        branches=tuple(form.branches),
        except_=tuple(form.except_),
        no_manifest=form.no_manifest,
        mention=form.mention,
    )


def volume(form: VolumeForm) -> MappingProxyType[Tier, int]:
    """The numbers of changed files above which the tiers begin."""
    written = {Tier.SINGLE: form.single, Tier.MULTI: form.multi, Tier.EMERGENCY: form.emergency}
    return MappingProxyType({tier: number for tier, number in written.items() if number is not None})


def floors(root: MapNode) -> Iterator[PathFloor]:
    """The path floors of a rule book that has its form, in the order of the file."""
    paths = root.get("paths")
    for tier, (_, globs) in paths.entries.items() if isinstance(paths, MapNode) else ():
        items = globs.items if isinstance(globs, ListNode) else ()
        yield from (PathFloor(Tier(tier), glob.text, glob.line) for glob in items if isinstance(glob, Scalar))


def approvers(form: ApproversForm) -> Approvers:
    """A roster."""
    return Approvers(form.permission, tuple(form.users), tuple(form.teams))


def checks_only(form: ChecksOnlyForm) -> TierPolicy:
    """What `auto` or `emergency` asks for."""
    return TierPolicy(checks=_checks(form.checks))


def policy(form: SingleForm) -> TierPolicy:
    """What `single` or `multi` asks for."""
    return TierPolicy(
        approvals=form.approvals,
        escalate_after=parse_duration(form.escalate_after),
        expire_after=parse_duration(form.expire_after),
        checks=_checks(form.checks),
        approvers=None if form.approvers is None else approvers(form.approvers),
    )


def _checks(forms: Iterable[CheckForm]) -> tuple[CheckPattern, ...]:
    return tuple(CheckPattern(form.name, form.app) for form in forms)


def calendar(form: CalendarForm) -> Calendar:
    """The working time."""
    start, end = parse_hours(form.hours)
    return Calendar(
        timezone=form.timezone,
        days=parse_days(form.days),
        start=start,
        end=end,
        holidays=frozenset(map(parse_holiday, form.holidays)),
    )


def override(form: OverrideForm) -> Override:
    """Who may break the glass."""
    return Override(
        users=tuple(form.users),
        teams=tuple(form.teams),
        approvals=form.approvals,
        min_reason=form.min_reason,
        review_within=parse_duration(form.review_within),
        overdue=form.overdue,
    )


def slack(form: SlackForm) -> Slack:
    """Where cards go, and who is who."""
    return Slack(form.channel, MappingProxyType(dict(form.users)), MappingProxyType(dict(form.teams)))
