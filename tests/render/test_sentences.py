"""Everything keyturn may find has words."""

from collections.abc import Mapping
from enum import Enum

import pytest

from keyturn.core.assessment import FloorCause
from keyturn.core.decision import Discount, NextStep, Outcome, ReasonCode
from keyturn.core.facts import BaseChangeKind, Change
from keyturn.render import sentences


@pytest.mark.parametrize(
    ("table", "terms"),
    [
        (sentences.EMOJI, Outcome),
        (sentences.OUTCOMES, Outcome),
        (sentences.HYPOTHETICAL, Outcome),
        (sentences.REASONS, ReasonCode),
        (sentences.DISCOUNTS, Discount),
        (sentences.NEXT_STEPS, NextStep),
        (sentences.FLOORS, FloorCause),
        (sentences.CHANGES, Change),
        (sentences.BASE_CHANGES, BaseChangeKind),
    ],
)
def test_sentences__are_there_for_every_term(table: Mapping[Enum, str], terms: type[Enum]) -> None:
    """Nobody ever reads a bare code, or an error, where a sentence should stand."""
    assert set(table) == set(terms)
    assert all(text.strip() for text in table.values())
