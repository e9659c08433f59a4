"""Tells what happened, one reply an event, in the thread of the card; what must be told finds a place without one."""

from contextlib import suppress

from keyturn.slack.board import Board
from keyturn.slack.happenings import ALWAYS_TOLD, NOT_IN_A_CARD, Happening, end_of
from keyturn.slack.message import Message
from keyturn.slack.occasion import Payload
from keyturn.slack.search import in_thread, take_back
from keyturn.slack.trouble import GONE, OF_THE_MESSAGE, Lost, Refused, Trouble


def tell(board: Board) -> None:
    """Tell everything that is owed, oldest first, and move the board's mark along.

    Raises `Trouble` where it cannot go on.
    """
    owed = [happening for happening in board.occasion.after(board.told) if _is_owed(board, happening)]
    if owed and not board.is_new:
        board.read()
    posted = False
    for happening in owed:
        if happening.key not in board.known and _is_owed(board, happening):
            posted = _tell(board, happening) or posted
        board.told = max(board.told, happening.mark)
    board.told = max(board.told, end_of(board.occasion.entries))
    if posted:
        with suppress(Trouble):
            _take_back_copies(board)


def _is_owed(board: Board, happening: Happening) -> bool:
    """Whether a message is owed: not where the card says it all, nor, for most events, where there is no card."""
    event = happening.event.event
    if happening.mark <= board.covered and event not in NOT_IN_A_CARD:
        return False
    return board.card is not None or event in ALWAYS_TOLD


def _tell(board: Board, happening: Happening) -> bool:
    """Write the message; `False` where Slack will never take it."""
    try:
        _post(board, happening)
    except Refused as refused:
        if refused.code in OF_THE_MESSAGE:
            board.warnings.append(str(refused))
            return False
        if refused.code not in GONE or board.card is None:
            raise
        board.replace_card(refused)
        if not _is_owed(board, happening):
            return False
        _post(board, happening)
    return True


def _post(board: Board, happening: Happening) -> None:
    """Write it; after a lost answer look before writing again, and take it for written where one cannot look."""
    payload = board.people.render(board.occasion.slack, board.web, board.occasion.reply(happening))
    try:
        _send(board, happening, payload)
    except Lost as lost:
        if board.blind is not None:
            board.warnings.append(str(lost))
            return
        if not board.line.pause(1):
            raise
        board.read(again=True)
        if happening.key not in board.known:
            _send(board, happening, payload)


def _send(board: Board, happening: Happening, payload: Payload) -> None:
    facts = {**board.occasion.facts, "part": happening.key}
    card = board.card
    if card is not None:
        message = Message(payload["text"], payload["attachments"], facts)
        broadcast = bool(payload.get("reply_broadcast"))
        board.web.post(board.channel, message, thread_ts=card.ts, broadcast=broadcast)
    else:
        alone = Message(f"{board.occasion.link} {payload['text']}", payload["attachments"], facts)
        board.web.post(board.channel, alone)


def _take_back_copies(board: Board) -> None:
    """Where two runs raced, both leave the first message that tells of an event, and take the other back."""
    if board.blind is None and board.card is not None and board.card.ts is not None:
        take_back(board.web, board.channel, in_thread(board.web, board.channel, board.card.ts).spare)
