"""The repository that the doctor looks at."""

from collections.abc import Iterator

import pytest

from tests.doctor.hospital import Hospital, hospital


@pytest.fixture
def ward(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Hospital]:
    """A repository on which everything is right."""
    with hospital(monkeypatch, capfd) as opened:
        yield opened
