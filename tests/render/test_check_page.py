"""The page of a check run."""

import json

import pytest
from hypothesis import given

from keyturn.core.judgement import Judgement
from keyturn.render.check_page import LONGEST_TITLE, MOST_ANNOTATIONS, check_page
from keyturn.render.markdown import length
from tests.render.examples import EXAMPLES, MANIFEST, SMALL, example, facts, judged, manifest
from tests.render.hostile import hostile_judgements, live

GITHUB_TAKES = 65_535


@given(hostile_judgements())
def test_check_page__is_inert_and_within_limits(judgement: Judgement) -> None:
    """Summary and text are Markdown like the comment's; title and annotations are plain text."""
    page = check_page(judgement)
    assert live(page.summary) == []
    assert live(page.text) == []
    assert max(length(page.summary), length(page.text)) <= GITHUB_TAKES
    assert len(page.title) <= LONGEST_TITLE
    for annotation in page.annotations:
        assert len(annotation.title) <= LONGEST_TITLE
        assert len(annotation.message.encode()) <= 64 * 1024


@pytest.mark.parametrize("name", EXAMPLES)
def test_check_page__always_has_something_to_say(name: str) -> None:
    """Neither title nor text are ever empty."""
    page = check_page(example(name))
    assert page.title.strip()
    assert page.text.strip()


def test_check_page__marks_the_lines_of_manifests() -> None:
    """What is wrong with a manifest stands on its lines."""
    page = check_page(example("invalid_manifest"))
    assert [(found.path, found.line) for found in page.annotations] == [(MANIFEST, 7), (MANIFEST, 8)]


def test_check_page__marks_no_line_of_the_rule_book() -> None:
    """The rule book is the default branch's: a line number in the pull request's head would point elsewhere."""
    page = check_page(example("invalid_rules"))
    assert page.annotations == ()
    assert "rules.yml" in page.summary


def test_check_page__gives_no_more_annotations_than_github_takes() -> None:
    """A manifest with a hundred mistakes is marked on the first fifty lines."""
    action = {"action_type": "Wrong", "target": "a"}
    text = json.dumps({"version": 1, "actions": [action] * 100}, indent=1)
    page = check_page(judged(facts(SMALL, manifests=(manifest(text, ".agent/manifests/x.json"),))))
    assert len(page.annotations) == MOST_ANNOTATIONS


def test_check_page__says_when_keyturn_only_observes() -> None:
    """A success that stands for nothing says so in its title."""
    assert check_page(example("observed")).title == "🛑 Observing only: keyturn would have stopped it"
