"""What is wrong with a file, and how a refusal says it."""

import pytest

from keyturn.core.problem import Problem, Refused


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [(3, 7, "x.yml:3:7: no"), (3, None, "x.yml:3: no"), (None, None, "x.yml: no")],
)
def test_problem__says_where_as_far_as_that_is_known(line: int | None, column: int | None, said: str) -> None:
    """A problem names file, line and column, and leaves out what it does not know."""
    assert str(Problem("x.yml", line, column, "no")) == said


def test_refused__holds_everything_in_the_order_of_the_file() -> None:
    """Problems come by file, line and column, whole files first, and the message says all of them."""
    ordered = (
        Problem("a.yml", None, None, "whole"),
        Problem("a.yml", 2, 9, "late"),
        Problem("a.yml", 10, 1, "first"),
        Problem("a.yml", 10, 1, "second"),
        Problem("b.yml", 1, 1, "other"),
    )
    refused = Refused(reversed(ordered))
    assert refused.problems == ordered
    assert str(refused).splitlines() == [str(problem) for problem in ordered]


def test_refused__needs_a_reason() -> None:
    """Nothing is refused without saying why: that would be a fault of ours."""
    with pytest.raises(ValueError, match="a refusal needs at least one problem"):
        Refused(())
