"""The summary of a job."""

from hypothesis import given
from hypothesis import strategies as st

from keyturn.core.decision import ReasonCode
from keyturn.core.judgement import Judgement
from keyturn.core.report import report_error
from keyturn.render.comment import Extras
from keyturn.render.summary import decision_summary, job_summary, sweep_summary
from tests.render.examples import HEAD, example
from tests.render.hostile import hostile, hostile_judgements, live

GITHUB_TAKES = 1024 * 1024


@given(hostile_judgements(), st.lists(hostile, max_size=3))
def test_job_summary__is_inert(judgement: Judgement, warnings: list[str]) -> None:
    """What a manifest or a refusal says stays code on the page of the run."""
    assert live(job_summary(judgement, Extras(), warnings)) == []


@given(hostile_judgements(), hostile)
def test_sweep_summary__is_inert(judgement: Judgement, why: str) -> None:
    """Base branches, people and refusals stay in their cells."""
    assert live(sweep_summary([judgement.decision], {3: why}, (4,), (why,))) == []


def test_job_summary__shows_warnings() -> None:
    """What went wrong on the way stands beside what was decided."""
    body = job_summary(example("pending"), Extras(), ["Slack: invite the bot to the channel"])
    assert "### Warnings\n\n- `Slack: invite the bot to the channel`" in body


def test_decision_summary__tells_an_error() -> None:
    """Where nothing could be judged, the summary says why."""
    decision = report_error("acme/shop", 12, HEAD, "main", ReasonCode.API_UNAVAILABLE, "GitHub answered 502")
    assert decision_summary(decision) == (
        "## ⚠️ keyturn could not find out: GitHub could not be read\n\n```text\nGitHub answered 502\n```\n"
    )


def test_sweep_summary__fits_whatever_was_swept() -> None:
    """Thousands of pull requests and warnings stay below what GitHub takes, and are counted."""
    decision = example("approved").decision.model_copy(update={"base": "😀" * 100})
    judged = [decision.model_copy(update={"pull_request": number}) for number in range(1, 5_000)]
    unread = dict.fromkeys(range(5_000, 9_000), "x" * 5_000)
    body = sweep_summary(judged, unread, range(9_000, 12_000), ["w" * 5_000] * 100)
    assert len(body.encode()) <= GITHUB_TAKES
    assert "## 4,999 pull requests judged" in body
    assert "### 4,000 pull requests could not be judged" in body
