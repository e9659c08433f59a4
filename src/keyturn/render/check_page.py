"""The page of a check run: title, summary, text, and remarks on the lines of manifests that are wrong."""

from msgspec import Struct

from keyturn.core.judgement import Judgement
from keyturn.core.verdict import Annotation
from keyturn.render.comment import Extras, footer, report_details, report_summary
from keyturn.render.headline import headline_of
from keyturn.render.markdown import length
from keyturn.render.sentences import EMOJI, HYPOTHETICAL
from keyturn.render.status import observes
from keyturn.render.visible import visible

LONGEST_TITLE = 255
LONGEST_PART = 65_000
"""GitHub takes 65,535 characters of summary and of text."""
LONGEST_MESSAGE = 4_000
MOST_ANNOTATIONS = 50
"""GitHub takes 50 annotations in one request."""


_NOTHING_MORE = Extras()


class CheckPage(Struct, frozen=True, kw_only=True):
    """All that the page of a check run shows, within GitHub's limits; title and annotations are plain text."""

    title: str
    summary: str
    text: str
    annotations: tuple[Annotation, ...]


def check_page(judgement: Judgement, extras: Extras = _NOTHING_MORE) -> CheckPage:
    """The page for a judgement."""
    title = headline_of(judgement)
    if observes(judgement):
        title = f"Observing only: keyturn would {HYPOTHETICAL[judgement.decision.outcome]}"
    summary = report_summary(judgement, extras)
    text = f"{report_details(judgement)}\n\n{footer(judgement)}"
    return CheckPage(
        title=f"{EMOJI[judgement.decision.outcome]} {visible(title, LONGEST_TITLE - 5)}",
        summary=summary if length(summary) <= LONGEST_PART else headline_of(judgement),
        text=text if length(text) <= LONGEST_PART else footer(judgement),
        annotations=_annotations(judgement),
    )


def _annotations(judgement: Judgement) -> tuple[Annotation, ...]:
    """The problems of the manifests; the rule book is no file of the pull request, so its own stay in the text."""
    manifests = {file.path for file in judgement.facts.manifests}
    return tuple(
        Annotation(
            path=error.file,
            line=error.line,
            title="keyturn refuses this manifest",
            message=visible(error.message, LONGEST_MESSAGE),
        )
        for error in judgement.decision.errors
        if error.file in manifests and error.line is not None
    )[:MOST_ANNOTATIONS]
