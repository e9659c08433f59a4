"""What the doctor reads of a workflow file, in every way that GitHub lets people write one."""

import pytest

from keyturn.core.facts import FileVersion
from keyturn.doctor.workflow import Workflow, read_workflow


def read(text: str) -> Workflow:
    """The workflow in this text."""
    found = read_workflow(FileVersion(".github/workflows/x.yml", text.encode()))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("written", "events"),
    [
        ("on: push", {"push"}),
        ("on: [push, pull_request]", {"push", "pull_request"}),
        ("on:\n  push:\n  schedule:\n    - cron: '7 * * * *'", {"push", "schedule"}),
        ('"on": {push: {branches: [main]}}', {"push"}),
        ("name: none", set()),
    ],
)
def test_workflow__its_events(written: str, events: set[str]) -> None:
    """One event, a list, or a mapping; to YAML the key `on` is no text, to GitHub it is."""
    assert read(written).events == events


@pytest.mark.parametrize(
    ("job", "names"),
    [
        ("test: {}", ("test",)),
        ("test: {name: unit tests}", ("unit tests",)),
        ("test: {strategy: {matrix: {python: [1, 2]}}}", ("test (*)",)),
        ("test: {name: 'on ${{ matrix.os }}', strategy: {matrix: {os: [a]}}}", ("on *",)),
    ],
)
def test_workflow__what_its_checks_are_called(job: str, names: tuple[str, ...]) -> None:
    """A check bears the job's name, else its key; what only a run knows is a wildcard."""
    assert read(f"on: push\njobs:\n  {job}\n").jobs == names


@pytest.mark.parametrize(
    ("step", "runs", "own"),
    [
        ("{run: keyturn}", False, False),
        ("{uses: actions/checkout@v4}", False, False),
        ("{uses: keyturn/keyturn@v0.1.0}", True, True),
        ("{uses: acme/keyturn@v1, with: {github-token: '${{ github.token }}'}}", True, True),
        ("{uses: keyturn/keyturn@v1, with: {github-token: '${{ secrets.GITHUB_TOKEN }}'}}", True, True),
        ("{uses: keyturn/keyturn@v1, with: {github-token: '${{ steps.app.outputs.token }}'}}", True, False),
        ("{uses: 'docker://example.com/keyturn/keyturn:1'}", True, True),
        ("{uses: ./, name: keyturn}", False, False),
    ],
)
def test_workflow__whether_it_runs_keyturn_and_with_which_token(step: str, runs: bool, own: bool) -> None:
    """A step that uses keyturn, from wherever; without a token of its own it has the workflow's."""
    found = read(f"on: push\njobs: {{a: {{steps: [{step}]}}}}\n")
    assert (found.runs_keyturn, found.own_token) == (runs, own)


@pytest.mark.parametrize(("written", "said"), [("{}", set()), ("{publish: check}", {"check"})])
def test_workflow__what_carries_the_verdict(written: str, said: set[str]) -> None:
    """As the step that runs keyturn says it; another step's input of that name is its own."""
    steps = f"[{{uses: keyturn/keyturn@v1, with: {written}}}, {{uses: acme/news@v1, with: {{publish: all}}}}]"
    assert read(f"on: push\njobs: {{a: {{steps: {steps}}}}}\n").publishes == said


def test_workflow__is_named_by_its_path_where_it_has_no_name() -> None:
    """As GitHub does it."""
    assert read("on: push").name == ".github/workflows/x.yml"


def test_workflow__aliases_cost_nothing() -> None:
    """GitHub knows anchors; a text in which they multiply is read without being multiplied out."""
    lines = ["on: push", "a: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    assert read("\n".join(lines)).events == {"push"}


@pytest.mark.parametrize("text", ["", "- a\n", "a: [", "\x00", "[" * 5000])
def test_workflow__what_cannot_be_read_is_none(text: str) -> None:
    """A file that is no workflow is left out, and never an error."""
    assert read_workflow(FileVersion("x.yml", text.encode())) is None
    assert read_workflow(FileVersion("x.yml", None, "a symbolic link")) is None
