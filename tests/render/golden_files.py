"""The texts that are kept as files, so that a change of words is seen.

`python -m tests.render.golden_files` writes them anew.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from keyturn.core.compose import overrides_of
from keyturn.core.record import Event, OverrideVoice, RecordedEvent
from keyturn.core.verdict import VerdictState
from keyturn.render.card import card, superseded_card
from keyturn.render.check_page import check_page
from keyturn.render.comment import Extras, comment
from keyturn.render.notices import Notice, notice, override_reminder
from keyturn.render.review_issue import review_issue
from keyturn.render.slack_replies import reply
from keyturn.render.slack_text import Directory
from keyturn.render.status import status_description
from keyturn.render.summary import sweep_summary
from tests.render.examples import EXAMPLES, OPENED, example

FOLDER: Final = Path(__file__).parent / "golden"
WHO: Final = Directory({"ann": "U0ANN", "carol": "U0CAROL", "zoe": "U0ZOE"}, {"acme/platform": "S0PLATFORM"})

FORGED: Final = RecordedEvent(event=Event.VERDICT_FORGED, at=OPENED, by="mallory", note="`success` was published")

_NOTICES: Final = {
    Notice.APPROVED: "approved",
    Notice.REJECTED: "rejected",
    Notice.EXPIRED: "expired",
    Notice.EMERGENCY_STOP: "emergency_stop",
    Notice.OVERRIDDEN: "overridden",
    Notice.INVALID: "invalid_manifest",
    Notice.ESCALATED: "escalated",
}


def _comment(name: str) -> str:
    return comment(example(name), Extras(marker={"kind": "request"}))


def _comment_with_everything() -> str:
    return comment(
        example("roster_unreadable"),
        Extras(
            marker={"kind": "request", "slack": {"channel": "C1", "ts": "1.2"}},
            siblings=(14, 13),
            shared=VerdictState.FAILURE,
            teams_can_be_asked=False,
            escalation_is_heard=False,
            events=(FORGED,),
        ),
    )


def _card(name: str) -> str:
    return _json(card(example(name), WHO))


def _notice(kind: Notice, name: str) -> str:
    return notice(kind, example(name))


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _replies() -> str:
    told = (
        (event, reply(RecordedEvent(event=event, at=OPENED, by="ann", note="why"), example("escalated"), WHO))
        for event in Event
    )
    return _json({event.value: found["text"] if found else None for event, found in told})


def _check_page() -> str:
    page = check_page(example("invalid_manifest"))
    lines = [f"{found.path}:{found.line}: {found.message}" for found in page.annotations]
    return "\n\n---\n\n".join((page.title, page.summary, page.text, *lines)) + "\n"


def _review_issue() -> str:
    judgement = example("overridden")
    issue = review_issue(judgement, overrides_of(judgement)[0])
    return f"{issue.title}\n\n---\n\n{issue.body}"


def _reminder() -> str:
    judgement = example("overridden")
    owed = overrides_of(judgement)[0]
    second = OverrideVoice(login="yan", at=OPENED + timedelta(hours=3), comment="IC_yan", reason="It is down.")
    return override_reminder(owed.model_copy(update={"voices": (*owed.voices, second)}), judgement)


def _sweep() -> str:
    judged = [example(name).decision for name in ("approved", "expired", "error")]
    return sweep_summary(judged, {7: "GitHub answered 502 | three times"}, (9, 8), ("Slack: invite the bot",))


GOLDEN: Final[Mapping[str, Callable[[], str]]] = {
    **{f"comment/{name}.md": partial(_comment, name) for name in EXAMPLES},
    "comment/with_everything.md": _comment_with_everything,
    **{f"card/{name}.json": partial(_card, name) for name in EXAMPLES},
    "card/superseded.json": lambda: _json(superseded_card(example("pending"), "an earlier one")),
    **{f"notice/{kind}.md": partial(_notice, kind, name) for kind, name in _NOTICES.items()},
    "notice/verdict_forged.md": lambda: notice(Notice.VERDICT_FORGED, example("pending"), FORGED),
    "notice/override_overdue.md": _reminder,
    "replies.json": _replies,
    "check_page.md": _check_page,
    "review_issue.md": _review_issue,
    "sweep_summary.md": _sweep,
    "status.txt": lambda: "".join(f"{name}: {status_description(example(name))}\n" for name in EXAMPLES),
}
"""Each file by its place, and what it should hold."""


def main() -> None:
    """Write every file as the program would have it now."""
    for place, text in GOLDEN.items():
        path = FOLDER / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
