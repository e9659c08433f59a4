"""Tells what happened, one reply an event, in the thread of the card; what must be told finds a place without one."""

from contextlib import suppress
from dataclasses import dataclass, field

from keyturn.slack.board import Board
from keyturn.slack.happenings import ALWAYS_TOLD, NOT_IN_A_CARD, Happening, end_of
from keyturn.slack.message import Message
from keyturn.slack.occasion import Payload
from keyturn.slack.search import in_thread, take_back
from keyturn.slack.trouble import GONE, OF_THE_MESSAGE, Lost, Refused, Trouble


@dataclass(slots=True, kw_only=True)
class Thread:
    """The replies of one delivery. `known` are the events that were told already, by their keys."""

    board: Board
    known: dict[str, str] = field(default_factory=dict)

    def tell(self) -> None:
        """Tell everything that is owed, oldest first, and move the mark along.

        Raises `Trouble` where it cannot go on.
        """
        board = self.board
        owed = [happening for happening in board.occasion.after(board.told) if self._has_place(happening)]
        if owed and not board.is_new:
            self._read()
        posted = False
        for happening in owed:
            if happening.key not in self.known and self._has_place(happening):
                posted = self._tell(happening) or posted
            board.told = max(board.told, happening.mark)
        board.told = max(board.told, end_of(board.occasion.entries))
        if posted and board.blind is None and board.card is not None and board.card.ts is not None:
            with suppress(Trouble):
                take_back(board.web, board.channel, in_thread(board.web, board.channel, board.card.ts).spare)

    def _has_place(self, happening: Happening) -> bool:
        """Whether a message is owed: not where the card says it all, nor, for most events, where there is no card."""
        event = happening.event.event
        if happening.mark <= self.board.covered and event not in NOT_IN_A_CARD:
            return False
        return self.board.card is not None or event in ALWAYS_TOLD

    def _read(self) -> None:
        """Learn which events are told already, by a run that died before it could say so, or by one that races."""
        board, card = self.board, self.board.card
        if card is None or card.ts is None:
            self.known |= board.look(board.occasion.since).parts
            return
        try:
            self.known |= in_thread(board.web, board.channel, card.ts).parts
        except Refused as refused:
            if refused.code in GONE:
                board.replace_card(refused)
            else:
                board.cannot_look(refused)

    def _tell(self, happening: Happening) -> bool:
        """Write the reply; `False` where Slack will never take it."""
        try:
            self._post(happening)
        except Refused as refused:
            if refused.code in OF_THE_MESSAGE:
                self.board.warnings.append(str(refused))
                return False
            if refused.code not in GONE or self.board.card is None:
                raise
            self.board.replace_card(refused)
            if not self._has_place(happening):
                return False
            self._post(happening)
        return True

    def _post(self, happening: Happening) -> None:
        """Write it; after a lost answer look before writing again, and take it for written where one cannot look."""
        board, written = self.board, self.board.occasion.reply(happening)
        if written is None:
            return
        payload = board.people.render(board.occasion.slack, board.web, written)
        try:
            self._send(happening, payload)
        except Lost as lost:
            if board.blind is not None:
                board.warnings.append(str(lost))
                return
            if not board.line.pause(1):
                raise
            self._read()
            if happening.key not in self.known:
                self._send(happening, payload)

    def _send(self, happening: Happening, payload: Payload) -> None:
        board, card = self.board, self.board.card
        facts = {**board.facts(board.occasion.request), "part": happening.key}
        if card is not None:
            message = Message(payload["text"], payload["attachments"], facts)
            broadcast = bool(payload.get("reply_broadcast"))
            board.web.post(board.channel, message, thread_ts=card.ts, broadcast=broadcast)
        else:
            alone = Message(f"{board.occasion.link} {payload['text']}", payload["attachments"], facts)
            board.web.post(board.channel, alone)
