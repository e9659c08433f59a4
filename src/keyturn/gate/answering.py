"""Answers commands: a reaction to each, and to people with write access why one has no effect."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from msgspec import Struct

from keyturn.core.commands import Command
from keyturn.core.record import LedgerEntry
from keyturn.gate.judged import Judged
from keyturn.gate.others import Others
from keyturn.ports import OwnComment, Reader, Writer
from keyturn.render.answers import answer, reaction
from keyturn.render.marker import marker, read_marker

HEARD = timedelta(seconds=10)
"""So young, a command that is refused is left to the run that it causes; any other looks again until it is older."""


class Answering(Struct, frozen=True):
    """Answers the command that caused this run, and those that lack an answer because no run heard of them.

    `cause` is the node id of the comment or review that caused this run, `None` where none did.
    """

    reader: Reader
    writer: Writer
    others: Others
    cause: str | None

    def answer(self, judged: Judged, there: Iterable[OwnComment]) -> Iterator[str]:
        """Answer what is unanswered; `there` are keyturn's comments. Gives no warnings of its own."""
        said = [read_marker(own.body) for own in there]
        for command in judged.judgement.commands:
            why = answer(judged.judgement, command)
            if not self._is_owed(judged, command, why):
                continue
            key: dict[str, object] = {"kind": "answer", "to": command.source}
            if why is not None and key not in said and self.reader.may_write(command.by) and self._is_new(judged, key):
                self.writer.comment(judged.number, f"{marker(key)}\n{why}")
            given = reaction(judged.judgement, command)
            if given not in (command.reactions or ()):  # last, since it shows that the command was answered
                self.writer.react(command.source, given)
        yield from ()

    def _is_owed(self, judged: Judged, command: Command, why: str | None) -> bool:
        """Whether to answer now. `why` is why the command is refused.

        That is told once: by the run that the command caused, or, once that had its time, by any other; of several, by
        the one that put the command down in the ledger.
        """
        if command.source == self.cause:
            return True
        if not judged.is_open or command.reactions is None or command.reactions:
            return False
        if why is not None and judged.judgement.now < command.at + HEARD:
            self.others.wait_for(judged.number)
            return False
        return all(self.others.is_ours(judged, entry) for entry in judged.entries if _tells(entry, command))

    def _is_new(self, judged: Judged, key: dict[str, object]) -> bool:
        """Whether nobody has given this answer in this very moment: the run that a command causes may be late."""
        return key not in [read_marker(own.body) for own in self.reader.own_comments(judged.number)]


def _tells(entry: LedgerEntry, command: Command) -> bool:
    return any(event.source == command.source for event in entry.events)
