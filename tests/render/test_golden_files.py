"""Everything people read, as it is kept in `golden`."""

import pytest

from tests.render.golden_files import FOLDER, GOLDEN


@pytest.mark.parametrize("place", GOLDEN)
def test_text__is_the_one_that_was_looked_at(place: str) -> None:
    """No word changes unseen; `python -m tests.render.golden_files` writes the files anew, for you to look at."""
    assert GOLDEN[place]() == (FOLDER / place).read_text("utf-8")


def test_golden_folder__holds_no_file_that_nothing_writes() -> None:
    """A text that is gone takes its file with it."""
    kept = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert kept == set(GOLDEN)
