"""What ends a command before it has done anything."""


class Stop(Exception):  # noqa: N818 - it is the end of the command, and its message an answer
    """The command cannot do what it was asked for; the message is for the user and says what to do."""
