"""How verdicts are published: names, carriers, modes, queues and sweeps."""

import io
from pathlib import Path
from typing import Any

import pytest

from keyturn.cli import action
from keyturn.cli.job import Job
from tests.gate.stage import RULES, Stage


def test_publish__check_run_edited_in_place(stage: Stage) -> None:
    """With `publish: check` there is one check run, whatever happens."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull, publish="check")
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull, publish="check")

    runs = [run for run in stage.repo.checks.runs_of(pull.head_oid) if run.name == "keyturn"]

    assert [(run.status, run.conclusion) for run in runs] == [("completed", "success")]
    writes = len(stage.hub.writes)
    stage.judge(pull, publish="check")
    assert stage.hub.writes[writes:] == []


def test_publish__observe_holds_nothing_back(stage: Stage) -> None:
    """In observe mode only the observing name is published, as success, and a leftover success becomes pending."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull)
    stage.repo.commit("main", {"rules.yml": RULES + "mode: observe\n"}, author=stage.ann)
    stage.hub.clock.advance(minutes=1)

    stage.judge(pull)

    assert stage.verdict(pull, "keyturn (observe)") == "success"
    assert stage.verdict(pull) == "pending"


def test_publish__dry_run_writes_nothing(stage: Stage) -> None:
    """A dry run decides and reports, and nothing else."""
    pull = stage.change("write src/tax.py")

    ran = stage.judge(pull, **{"dry-run": "true"})

    assert (ran.code, ran.outputs["outcome"]) == (0, "pending")
    assert stage.hub.writes == []


def test_publish__fail_job_fails_on_failure_only(stage: Stage) -> None:
    """With `fail-job` a pending verdict succeeds and a failing one fails the job."""
    waiting = stage.change("write src/tax.py")
    stopped = stage.change("drop production_database", "write src/tax.py")

    assert stage.judge(waiting, **{"fail-job": "true"}).code == 0
    assert stage.judge(stopped, **{"fail-job": "true"}).code == 1
    assert stage.judge(stopped).code == 0


def test_publish__unreadable_github_is_never_success(stage: Stage) -> None:
    """When GitHub does not answer, the run fails and no success is published."""
    pull = stage.change("read src/tax.py", files={})
    stage.hub.faults.status(502, times=1000)

    ran = stage.judge(pull)

    assert ran.code == 1
    assert stage.verdict(pull) is None


@pytest.mark.parametrize(("own_app", "advisory"), [(True, []), (False, ["advisory"])])
def test_publish__ledger_that_cannot_be_written_is_an_error(
    stage: Stage, *, own_app: bool, advisory: list[str]
) -> None:
    """A needed entry that a ruleset refuses makes the verdict `error`; the log says how to mend it."""
    stage.repo.rules.add("creation", "~ALL")
    if not own_app:
        stage.token = stage.repo.workflow_token()
    pull = stage.change("read src/tax.py", files={})

    ran = stage.judge(pull)

    assert ran.outputs["outcome"] == "error"
    assert ran.decision["reason_codes"] == ["ledger_unwritable", "requester_unknown", *advisory]
    assert stage.verdict(pull) == "error"
    assert "ruleset" in ran.log


def test_publish__error_takes_the_place_of_what_the_comment_said(stage: Stage) -> None:
    """A comment that says approved does not stand beside a verdict that says error; once keyturn can, it says so."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.repo.rules.add("update", "~ALL")

    stage.judge(pull)

    assert (stage.verdict(pull), len(pull.comments)) == ("error", 1)
    assert "could not find out: the decision could not be written to the ledger" in pull.comments[0].body
    stage.hub.clock.advance(minutes=1)
    edited = pull.comments[0].edited_at
    stage.judge(pull)
    assert pull.comments[0].edited_at == edited
    stage.repo.rules.rules.clear()
    assert stage.judge(pull).outputs["outcome"] == "approved"
    assert "could not find out" not in pull.comments[0].body


def test_publish__workflow_run_finds_forks(stage: Stage) -> None:
    """A workflow run without pull requests leads to them by its head commit."""
    pull = stage.change("write src/tax.py")
    payload: dict[str, Any] = {
        "repository": {"full_name": "acme/shop", "default_branch": "main"},
        "action": "completed",
        "workflow_run": {"head_sha": pull.head_oid, "event": "pull_request_review", "head_branch": pull.head_ref},
    }

    assert stage.run("workflow_run", payload).outputs["outcome"] == "pending"
    assert stage.verdict(pull) == "pending"


def test_publish__sweep_does_not_collide_with_itself(stage: Stage) -> None:
    """What a sweep writes about one pull request is no reason to read the next one again."""
    pulls = [stage.change("write src/tax.py", files={"src/tax.py": f"rate = {rate}\n"}) for rate in range(3)]

    ran = stage.sweep()

    assert ran.code == 0, ran.log
    assert [stage.events(pull) for pull in pulls] == [["requested"]] * 3
    commits = [request for request in stage.hub.writes if "createCommitOnBranch" in request.fields]
    assert len(commits) == 3


def test_publish__sweep_catches_up(stage: Stage) -> None:
    """A sweep judges what no event told of, and a second one with nothing new writes nothing."""
    pulls = [stage.change("write src/tax.py") for _ in range(7)]

    ran = stage.sweep()

    assert ran.code == 0, ran.log
    assert {stage.verdict(pull) for pull in pulls} == {"pending"}
    assert ran.outputs["outcome"] == ""
    writes = len(stage.hub.writes)
    stage.sweep()
    assert stage.hub.writes[writes:] == []


def test_publish__merge_group_carries_the_strictest(stage: Stage) -> None:
    """The members of a merge group are judged on their own heads; the group's commit carries the strictest."""
    pulls = [stage.change(f"write src/{name}.py", files={f"src/{name}.py": "x\n"}) for name in "ab"]
    stage.judge(pulls[0])
    stage.hub.clock.advance(minutes=1)
    pulls[0].approve(stage.ann)
    queue = stage.repo.merge_queue("main")
    entries = [queue.add(pull, by=stage.ann) for pull in pulls]
    group = entries[-1].head
    payload = {
        "repository": {"full_name": "acme/shop", "default_branch": "main"},
        "action": "checks_requested",
        "merge_group": {
            "head_sha": group,
            "base_sha": stage.repo.tip("main"),
            "base_ref": "refs/heads/main",
            "head_ref": "refs/heads/gh-readonly-queue/main/pr-2-x",
        },
    }

    ran = stage.run("merge_group", payload)

    assert ran.code == 0, ran.log
    assert [(s.state, s.description) for s in stage.repo.checks.newest_statuses(group)] == [
        ("pending", "#2 in this merge group: Waiting for 1 approval; tier single, until 2026-01-06 09:01 UTC")
    ]
    assert (ran.outputs["outcome"], ran.decision["pull_request"]) == ("pending", 2)


def test_publish__bad_inputs_end_with_two(stage: Stage) -> None:
    """Inputs that make no sense end the run with exit code 2 and say all that is wrong."""
    pull = stage.change("write src/tax.py")

    ran = stage.judge(pull, publish="both", labels="yes")

    assert ran.code == 2
    assert "`publish`" in ran.log
    assert "`labels`" in ran.log


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("publish", "Status"),
        ("labels", "yes"),
        ("dry-run", "1"),
        ("fail-job", "no"),
        ("pull-request", "#12"),
        ("github-token", ""),
        ("github-api-url", "nonsense"),
        ("rules-path", "../rules.yml"),
        ("manifest-path", "/manifests/*"),
        ("check-name", "key\nturn"),
        ("ledger-branch", "led..ger"),
        ("ledger-branch", "main"),
    ],
)
def test_publish__one_bad_input_stops_everything(stage: Stage, name: str, value: str) -> None:
    """Whatever started the run, GitHub is not even asked."""
    pull = stage.change("write src/tax.py")

    ran = stage.judge(pull, **{name: value})

    assert ran.code == 2
    assert f"`{name}`" in ran.log
    assert stage.hub.requests == []


@pytest.mark.parametrize("content", [None, b"", b"[]", b"\xff{}", b"[" * 100_000])
def test_publish__event_that_cannot_be_read_is_a_bad_input(tmp_path: Path, content: bytes | None) -> None:
    """A missing, broken or absurd event file ends the run with 2 and a sentence, never with a traceback."""
    path = tmp_path / "strange.json"
    if content is not None:
        path.write_bytes(content)
    log = io.StringIO()
    environment = {
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(path),
        "INPUT_GITHUB-TOKEN": "t",
    }

    assert action.run(environment, Job.of(environment, log)) == action.BAD_INPUT
    assert "strange.json" in log.getvalue()


def test_publish__label_kept_in_step(stage: Stage) -> None:
    """With `labels: true` the pull request carries its outcome as a label."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull, labels="true")
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull, labels="true")

    assert {label.name for label in pull.labels} == {"keyturn: approved"}
