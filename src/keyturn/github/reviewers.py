"""Asks people and teams for review, and says who could not be asked."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Final

from keyturn.github.client import Client
from keyturn.github.fields import Fields, Json
from keyturn.github.refusals import Refusal
from keyturn.github.resending import write_once

_CANNOT_BE_ASKED: Final = {
    "reviewers": {HTTPStatus.UNPROCESSABLE_ENTITY},
    "team_reviewers": {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND},
}
"""How GitHub refuses the author, who is no collaborator, and a team that the token cannot see."""


def ask(client: Client, number: int, users: Iterable[str], teams: Iterable[str]) -> tuple[str, ...]:
    """Ask for review; returns those whom GitHub does not let be asked, teams as `org/slug`.

    GitHub refuses a whole request for one person in it, so that the others are then asked one by one. Teams need a
    token that can read the organisation, which no workflow's own can; those of another organisation cannot be asked at
    all. Nobody who is asked already is asked again. Raises `Unavailable`.
    """
    home = client.repository.partition("/")[0].casefold()
    slugs = {team: team.rpartition("/")[2] for team in teams}
    near = [team for team in slugs if team.rpartition("/")[0].casefold() == home]
    path = f"{client.home}/pulls/{number}/requested_reviewers"
    refused_users = _ask(client, path, "reviewers", tuple(users))
    refused_slugs = _ask(client, path, "team_reviewers", tuple(slugs[team] for team in near))
    refused_teams = [team for team, slug in slugs.items() if team not in near or slug in refused_slugs]
    return (*refused_users, *refused_teams)


def _ask(client: Client, path: str, kind: str, names: Sequence[str]) -> tuple[str, ...]:
    """Ask all of one kind at once, or else each alone; returns those who were refused."""
    if not names:
        return ()
    try:
        _request(client, path, kind, names)
    except Refusal as refused:
        if refused.status not in _CANNOT_BE_ASKED[kind]:
            raise
        if len(names) == 1:
            return tuple(names)
        return tuple(name for each in names for name in _ask(client, path, kind, (each,)))
    return ()


def _request(client: Client, path: str, kind: str, names: Sequence[str]) -> None:
    wanted: list[Json] = list(names)

    def send() -> bool:
        client.rest("POST", path, body={kind: wanted})
        return True

    def find() -> bool | None:
        """Asking again would wake people twice."""
        there = Fields.of(client.rest("GET", path))
        logins = {user.text("login").casefold() for user in there.each("users")}
        slugs = {team.text("slug").casefold() for team in there.each("teams")}
        asked = logins if kind == "reviewers" else slugs
        return True if {name.casefold() for name in names} <= asked else None

    write_once(client, send, find)
