"""What the reader's tests share."""

from collections.abc import Iterator

import pytest

from tests.github.reading_place import ReadingPlace, reading_place


@pytest.fixture
def place() -> Iterator[ReadingPlace]:
    """A repository with a rule book, and readers of it."""
    with reading_place() as place:
        yield place
