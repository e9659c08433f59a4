"""What is wrong with a file that somebody wrote, said so that they can mend it."""

from collections.abc import Iterable

from msgspec import Struct


class Problem(Struct, frozen=True, order=True):
    """One refusal: where it is, what was found, and what is allowed.

    `line` and `column` count from 1; `None` where the problem concerns the whole file.
    """

    file: str
    line: int | None
    column: int | None
    message: str

    def __str__(self) -> str:
        """`file:line:column: message`, without the parts that are not known."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place}: {self.message}"


class Refused(Exception):  # noqa: N818 - a refusal is an outcome of reading, not a fault of ours
    """A file was refused; `problems` holds everything wrong with it at once, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems, sorted by file and line; at least one is required."""
        self.problems: tuple[Problem, ...] = tuple(
            sorted(problems, key=lambda p: (p.file, p.line or 0, p.column or 0, p.message))
        )
        if not self.problems:
            msg = "a refusal needs at least one problem"
            raise ValueError(msg)
        super().__init__("\n".join(str(problem) for problem in self.problems))
