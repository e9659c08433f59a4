"""Who is who in Slack: the rule book's word, else a public e-mail address, else the plain GitHub login."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct, field

from keyturn.core.rulebook import Slack
from keyturn.render.slack_text import Directory, directory
from keyturn.slack.trouble import Refused, Trouble
from keyturn.slack.web import Web

Rendered = TypeVar("Rendered")


class _Listener(Directory, Struct, frozen=True):
    """A directory that notes whom it does not know."""

    unknown: list[str] = field(default_factory=list)

    def mention(self, name: str) -> str:
        """The same, and note the person; teams have no address."""
        if "/" not in name and name.casefold() not in self.users:
            self.unknown.append(name)
        return Directory.mention(self, name)


class People:
    """Finds people for as long as a run lasts, each once."""

    def __init__(self, email_of: Callable[[str], str | None] | None) -> None:
        """`email_of` gives the public e-mail address behind a login."""
        self._email_of = email_of
        self._found: dict[str, str | None] = {}

    def render(self, slack: Slack, web: Web, written: Callable[[Directory], Rendered]) -> Rendered:
        """What `written` makes of a directory that knows everybody whom it names, as far as they can be found."""
        known = directory(slack)
        if self._email_of is None:
            return written(known)
        listener = _Listener(known.users, known.teams)
        plain = written(listener)
        found = {login: user for login in listener.unknown if (user := self._look_up(login, web)) is not None}
        return written(directory(slack, found)) if found else plain

    def _look_up(self, login: str, web: Web) -> str | None:
        """The person's id; a token that may not look people up is not asked again, and nobody is bothered about it."""
        key = login.casefold()
        if key not in self._found:
            self._found[key] = None
            email = self._email_of(login) if self._email_of is not None else None
            try:
                self._found[key] = web.person(email) if email else None
            except Refused as refused:
                if refused.code != "users_not_found":
                    self._email_of = None
            except Trouble:
                pass
        return self._found[key]
