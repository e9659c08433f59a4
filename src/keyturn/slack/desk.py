"""Where the messages of one run leave from: by bot token or by webhook, within one budget, with one memory each."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from keyturn.core.judgement import Judgement
from keyturn.core.record import LedgerEntry
from keyturn.settings import Settings
from keyturn.slack.board import Board
from keyturn.slack.budget import Budget
from keyturn.slack.bulletin import Bulletin, bulletin
from keyturn.slack.hook import Hook
from keyturn.slack.line import Line
from keyturn.slack.memory import WEBHOOK, Memory, sealed, unsealed
from keyturn.slack.message import CHANNEL_ID
from keyturn.slack.occasion import Occasion
from keyturn.slack.owed import owes
from keyturn.slack.people import People
from keyturn.slack.thread import tell
from keyturn.slack.trouble import Failed, Lost, Refused, Trouble, Unreached
from keyturn.slack.web import Web

_NO_CHANNEL = (
    "Slack was not told: no channel is named. Give the channel's id, as in C0123456789, in the input `slack-channel` "
    "or as `slack.channel` in the rule book."
)
_NO_ID = (
    "Slack was not told: the input `slack-channel` must be a channel's id, as in C0123456789, which stands at the end "
    "of the channel's details. A name is not enough to find a card again."
)

Remembered = tuple[Mapping[str, object] | None, tuple[str, ...]]
"""The memory for the next delivery, and warnings."""


class Desk:
    """Delivers for the pull requests of one run."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        email_of: Callable[[str], str | None] | None,
    ) -> None:
        """Connect nothing yet."""
        self._settings = settings
        self._line = Line(Budget(clock, sleep))
        self._web = Web(self._line, settings.slack_token, settings.slack_api_url)
        self._people = People(email_of)

    @property
    def is_closed(self) -> bool:
        """Whether Slack is not called any more in this run."""
        return self._line.closed

    def deliver(
        self, judgement: Judgement, entries: Sequence[LedgerEntry], memory: Mapping[str, object] | None
    ) -> Remembered:
        """Deliver what is owed; where nothing is, the memory is the same, down to its identity."""
        occasion = Occasion(judgement, entries)
        if self._settings.slack_token:
            return self._by_token(occasion, memory)
        return self._by_webhook(occasion, memory)

    def owes(self, judgement: Judgement, entries: Sequence[LedgerEntry], memory: Mapping[str, object] | None) -> bool:
        """Whether Slack was not told everything, from the ledger and the memory alone."""
        occasion = Occasion(judgement, entries)
        if not self._settings.slack_token:
            return self._bulletin(occasion, memory).is_owed
        kept, _ = self._kept(occasion, memory)
        return owes(occasion, kept)

    def _kept(self, occasion: Occasion, memory: Mapping[str, object] | None) -> tuple[Memory | None, str]:
        """What the memory holds of the channel to tell, and that channel, empty where none is named."""
        kept = unsealed(memory, self._settings.slack_token, occasion.place)
        channel = self._settings.slack_channel or occasion.slack.channel or (kept.channel if kept is not None else "")
        return (kept if kept is not None and kept.channel == channel else None), channel

    def _by_token(self, occasion: Occasion, memory: Mapping[str, object] | None) -> Remembered:
        kept, channel = self._kept(occasion, memory)
        if not owes(occasion, kept):
            return memory, ()
        if not channel:
            return memory, (_NO_CHANNEL,)
        if not CHANNEL_ID.fullmatch(channel):
            return memory, (_NO_ID,)
        if self._line.closed:
            return memory, ()
        board = Board(web=self._web, line=self._line, channel=channel, occasion=occasion, people=self._people)
        if not self._tried(board, lambda: self._take_up(board, kept)):
            return memory, tuple(board.warnings)
        before = board.memory
        if self._tried(board, lambda: self._work(board)):
            board.warn_blind()
        elif board.memory == before:
            return memory, tuple(board.warnings)
        return sealed(board.memory, self._settings.slack_token, occasion.place), tuple(board.warnings)

    def _take_up(self, board: Board, kept: Memory | None) -> None:
        """Go on where the last delivery stopped."""
        if kept is None:
            board.recollect()
        else:
            board.cards = {card.request: card for card in kept.cards}
            board.told = kept.told

    def _work(self, board: Board) -> None:
        board.settle_card()
        tell(board)
        board.close_others()

    def _tried(self, board: Board, step: Callable[[], None]) -> bool:
        """Whether it went well. What Slack refuses for good, it would refuse for every other pull request, too."""
        try:
            step()
        except Trouble as trouble:
            board.warnings.append(_told_of(trouble))
            if isinstance(trouble, Refused):
                self._line.close(trouble)
            return False
        return True

    def _bulletin(self, occasion: Occasion, memory: Mapping[str, object] | None) -> Bulletin:
        kept = unsealed(memory, self._settings.slack_webhook_url, occasion.place)
        return bulletin(occasion, kept if kept is not None and kept.channel == WEBHOOK else None)

    def _by_webhook(self, occasion: Occasion, memory: Mapping[str, object] | None) -> Remembered:
        secret = self._settings.slack_webhook_url
        owed = self._bulletin(occasion, memory)
        if not owed.is_owed or self._line.closed:
            return memory, ()
        try:
            return sealed(owed.post(Hook(self._line, secret)), secret, occasion.place), ()
        except (Refused, Unreached, Failed) as nothing:
            if isinstance(nothing, Refused):
                self._line.close(nothing)
            return memory, (_told_of(nothing),)
        except Lost as lost:
            # A message cannot be looked for through a webhook: better one too few than one too many.
            warning = f"{lost} The message may be missing in the channel."
            return sealed(owed.said, secret, occasion.place), (warning,)


def _told_of(trouble: Trouble) -> str:
    return f"{trouble} The next run catches up." if isinstance(trouble, Lost) else str(trouble)
