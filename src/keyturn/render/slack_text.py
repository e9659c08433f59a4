"""Slack's markup in which text from outside is nothing but code: no mention, link, format or emoji."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from msgspec import Struct, field

from keyturn.core.rulebook import Slack
from keyturn.render.visible import visible
from keyturn.render.words import moment

LONGEST_CODE = 150


class Directory(Struct, frozen=True):
    """Who is who in Slack: ids of users and user groups, by login and by `org/slug` in lower case."""

    users: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)

    def mention(self, name: str) -> str:
        """A person or team so that Slack wakes them; as plain code where the directory does not know them."""
        key = name.casefold()
        if key in self.users and self.users[key].isalnum():
            return f"<@{self.users[key]}>"
        if key in self.teams and self.teams[key].isalnum():
            return f"<!subteam^{self.teams[key]}>"
        return code(name, 60)


def directory(slack: Slack, found: Mapping[str, str] | None = None) -> Directory:
    """The directory of a rule book; `found` adds ids of users that were looked up, which never outrank it."""
    users = {login.casefold(): slack_id for login, slack_id in (found or {}).items()}
    users |= {login.casefold(): slack_id for login, slack_id in slack.users.items()}
    return Directory(users, {team.casefold(): slack_id for team, slack_id in slack.teams.items()})


def escape(text: str) -> str:
    """The text with the three characters written out that Slack gives a meaning to."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str, limit: int = LONGEST_CODE) -> str:
    """The text as inline code on one line, at most `limit` characters before escaping; backticks become quotes."""
    shown = visible(text, limit).replace("`", "'").strip()
    return f"`{escape(shown)}`" if shown else "(blank)"


def login(name: str) -> str:
    """A login as inline code; GitHub's have at most 39 characters, and five more where they are a bot's."""
    return code(name, 45)


def link(address: str, label: str) -> str:
    """A link under a label of ours."""
    return f"<{escape(quote(address, safe=':/?#&=%@+-._~'))}|{escape(label)}>"


def when(at: datetime) -> str:
    """A moment in the reader's own time; in UTC where Slack cannot."""
    return f"<!date^{int(at.astimezone(UTC).timestamp())}^{{date_short_pretty}} {{time}}|{moment(at)}>"


def fitting(lines: Iterable[str], limit: int, most: int) -> str:
    """As many whole lines as fit into `limit` characters, at most `most`, and how many are left out."""
    every = list(lines)
    room = limit - len(f"… and {len(every):,} more")
    kept: list[str] = []
    for line in every[:most]:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    if len(kept) < len(every):
        kept.append(f"… and {len(every) - len(kept):,} more")
    return "\n".join(kept)


def mentions(who: Directory, users: Sequence[str], teams: Sequence[str], most: int = 10) -> str:
    """People and teams in a row, so that Slack wakes them; beyond `most` nobody is woken."""
    return " ".join(who.mention(name) for name in (*users, *teams)[:most])
