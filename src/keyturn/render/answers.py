"""What keyturn answers to a command: a reaction to everybody, and to people with write access why it had no effect."""

from keyturn.core.commands import Command, Verb
from keyturn.core.judgement import Judgement
from keyturn.core.request import RefusedCommand
from keyturn.render.markdown import code, fence, told


def answer(judgement: Judgement, command: Command) -> str | None:
    """Why a command has no effect and how to go on, in a short comment; `None` where it has its effect."""
    why = refusal(judgement, command)
    if why is None:
        return None
    lines = [
        f"{code(f'/keyturn {command.verb}')} by {code(command.by.login)} has no effect: {told(why, command.by.login)}."
    ]
    if command.verb is Verb.OVERRIDE:
        lines.append(f"The line for the current commit:\n\n{fence(_override_line(judgement), 200)}")
    return "\n\n".join(lines)


def reaction(judgement: Judgement, command: Command) -> str:
    """GitHub's name of the reaction: `+1` where the command has its effect, `-1` where not, `eyes` for a recheck."""
    if command.verb is Verb.RECHECK:
        return "eyes"
    return "+1" if refusal(judgement, command) is None else "-1"


def refusal(judgement: Judgement, command: Command) -> str | None:
    """Why a command has no effect, in a sentence; `None` where it has, or asks for nothing."""
    refused: tuple[RefusedCommand, ...] = ()
    if judgement.override is not None:
        refused += judgement.override.refused
    if judgement.request is not None:
        refused += judgement.request.refused
    why = next((item.why for item in refused if item.command.source == command.source), None)
    if why is None and command.verb is Verb.RENEW and judgement.request is None:
        return f"the pull request is {judgement.decision.outcome.replace('_', ' ')}, so there is no request to renew"
    return why


def _override_line(judgement: Judgement) -> str:
    return f"/keyturn override {judgement.facts.head} <reason>"
