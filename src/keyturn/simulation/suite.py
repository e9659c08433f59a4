"""A file of test cases, read strictly."""

from datetime import datetime, timedelta

from msgspec import Struct

from keyturn.core.document import read_document
from keyturn.core.duration import parse_duration
from keyturn.core.form import fill
from keyturn.core.nodes import ListNode, MapNode, Node
from keyturn.core.source import Problems
from keyturn.simulation.cases_form import CaseForm, CasesForm, PeopleForm, TimelineForm
from keyturn.simulation.moments import parse_moment
from keyturn.simulation.step_form import PushForm, StepForm

STEP = timedelta(minutes=1)
"""How much later a step is, where nobody says."""


class Step(Struct, frozen=True):
    """A step with the line where it stands and the moment (UTC) at which it happens."""

    line: int
    at: datetime
    form: StepForm


class Timeline(Struct, frozen=True, kw_only=True):
    """A timeline, or a case: then it has one step, and `single` is true. `people` holds the whole file's people too."""

    line: int
    name: str
    about: str | None
    people: PeopleForm
    form: CaseForm | TimelineForm
    steps: tuple[Step, ...]
    single: bool


class Suite(Struct, frozen=True):
    """A file of test cases; `rules` is the path of the rule book as the file gives it."""

    path: str
    rules: str
    timelines: tuple[Timeline, ...]


def read_suite(path: str, content: bytes) -> Suite:
    """The test cases in these bytes. Raises Refused with everything that is wrong with them."""
    problems = Problems(path)
    root = read_document(path, content, problems)
    form = fill(CasesForm, root, problems)
    if form is None or problems or not isinstance(root, MapNode):
        raise problems.refusal()
    found = [_case(case, node, form) for case, node in zip(form.cases, _items(root, "cases"), strict=True)]
    found += [
        _timeline(timeline, node, form, problems)
        for timeline, node in zip(form.timelines, _items(root, "timelines"), strict=True)
    ]
    if not found:
        problems.add(None, None, "the file lists neither `cases` nor `timelines`")
    if problems:
        raise problems.refusal()
    return Suite(path, form.rules, tuple(found))


def _case(case: CaseForm, node: Node, whole: CasesForm) -> Timeline:
    """A case is the life of a pull request that has just been opened."""
    content = {name: getattr(case, name) for name in ("actions", "manifest", "agent", "requested_by", "files")}
    step = StepForm(push=PushForm(commit="head", **content), expect=case.expect)
    return Timeline(
        line=node.line,
        name=case.name,
        about=None,
        people=whole,
        form=case,
        steps=(Step(node.line, _START, step),),
        single=True,
    )


_START = parse_moment(str(TimelineForm.model_fields["start"].default))


def _timeline(timeline: TimelineForm, node: Node, whole: CasesForm, problems: Problems) -> Timeline:
    steps: list[Step] = []
    now = parse_moment(timeline.start)
    for form, written in zip(timeline.steps, _items(node, "steps"), strict=True):
        before, now = now, _moment(form, now, first=not steps)
        if now < before:
            problems.add(written.line, None, f"this step is earlier than the one above, at {before:%Y-%m-%dT%H:%M:%SZ}")
        steps.append(Step(written.line, now, form))
    people = PeopleForm(people={**whole.people, **timeline.people}, teams={**whole.teams, **timeline.teams})
    return Timeline(
        line=node.line,
        name=timeline.name,
        about=timeline.about,
        people=people,
        form=timeline,
        steps=tuple(steps),
        single=False,
    )


def _moment(form: StepForm, now: datetime, *, first: bool) -> datetime:
    if form.at is not None:
        return parse_moment(form.at)
    later = form.after or form.tick
    if later is not None:
        return now + parse_duration(later)
    return now if first else now + STEP


def _items(node: Node, key: str) -> list[Node]:
    listed = node.get(key) if isinstance(node, MapNode) else None
    return listed.items if isinstance(listed, ListNode) else []
