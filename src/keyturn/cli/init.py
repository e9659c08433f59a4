"""`keyturn init`: a rule book to start from, cases that test it, the workflows, and the manifest of the Slack app."""

import sys
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from keyturn.cli.stop import Stop
from keyturn.cli.workflows import GATE, TokenOf, present, workflows
from keyturn.render.words import joined
from keyturn.slack.app_manifest import app_manifest

TEMPLATES: Final = MappingProxyType({"rules.yml": "rules.yml", "rules.test.yml": "rules.test.yml"})
"""The rule book and its cases, by their paths in the repository: the names of their templates."""

_NEXT: Final = """\
What comes next:
  1. Read rules.yml from top to bottom. Set `mode: observe` for the first weeks; name your approvers, who may override,
     and under `checks` of the tiers the checks that must be green.
  2. Say what you expect of it in rules.test.yml, and run it: keyturn test rules.test.yml
  3. Look into .github/workflows: where your default branch is not called main, say so in keyturn-sweep.yml.
  4. On an agent's branch, try: keyturn draft, then keyturn check
"""
_ON_GITHUB: Final = MappingProxyType(
    {
        TokenOf.APP: """\
Then on GitHub, in this order:
  1. Settings of the organisation or your own, Developer settings, GitHub Apps, New GitHub App: no webhook; repository
     permissions Contents, Pull requests, Checks and Issues: read and write; Commit statuses and Actions: read-only;
     organisation permission Members: read-only, if your rules name teams: then also take the # away from the line
     `permission-members` in both workflows. Generate a private key, and install the App on this repository.
  2. Settings of the repository, Environments, New environment `keyturn`: Deployment branches, Selected branches, the
     default branch alone. In it the variable KEYTURN_APP_ID and the secret KEYTURN_APP_KEY.
  3. Merge these files into the default branch.
  4. Settings, Rules, Rulesets, New branch ruleset for `keyturn-ledger`: Restrict updates, Restrict deletions, Block
     force pushes; the App alone on the bypass list.
  5. keyturn doctor OWNER/REPO --app SLUG, the last part of the address of the App's page, with your own token as an
     administrator in GITHUB_TOKEN; mend what it finds.
  6. `mode: enforce` in rules.yml, and a ruleset for the default branch: Require a pull request before merging, and
     Require status checks to pass: `keyturn`, with the App as its source. Every other protected branch needs its own:
     the check for `stage` is called `keyturn: stage`. Then the doctor again.
""",
        TokenOf.WORKFLOW: """\
Then on GitHub, in this order (with the workflow's own token keyturn is advisory: any workflow can forge its verdict):
  1. Merge these files into the default branch.
  2. Settings, Rules, Rulesets, New branch ruleset for `keyturn-ledger`: Restrict deletions, Block force pushes.
  3. keyturn doctor OWNER/REPO --app github-actions, with your own token as an administrator in GITHUB_TOKEN; mend what
     it finds.
  4. `mode: enforce` in rules.yml, and a ruleset for the default branch: Require a pull request before merging, and
     Require status checks to pass: `keyturn`, with GitHub Actions as its source. Every other protected branch needs its
     own: the check for `stage` is called `keyturn: stage`. Then the doctor again.
  5. When it has proved itself, write the workflows anew for an App of its own: keyturn init --workflows --force
""",
    }
)
"""What is to be clicked on GitHub, by whose token keyturn works with."""


SLACK_APP: Final = "slack-app.yml"
"""Where the manifest of the Slack app is written."""

_SLACK_NEXT: Final = f"""\
What comes next in Slack:
  1. At https://api.slack.com/apps choose Create New App, From a manifest, and paste {SLACK_APP}.
  2. Install the app, and put its Bot User OAuth Token into the secret KEYTURN_SLACK_TOKEN: of the environment `keyturn`
     if keyturn works as an App of its own, else of the repository.
  3. Write the channel's id into rules.yml, as slack.channel, and invite the bot to the channel.
"""


def command(
    *,
    checks_from: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A workflow whose jobs are required checks, by its name; may be repeated."),
    ] = None,
    token: Annotated[
        TokenOf, typer.Option("--token", help="Whose token keyturn works with; the workflow's own is advisory.")
    ] = TokenOf.APP,
    only_workflows: Annotated[bool, typer.Option("--workflows", help="Write the workflows alone.")] = False,
    slack: Annotated[
        bool,
        typer.Option("--slack", help="Write the manifest of the Slack app, too; only that beside a rule book."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there already.")] = False,
) -> None:
    """Write a rule book to start from into this directory, with comments that teach it, cases that test it, workflows.

    Files that are there already stay as they are: then nothing is written, unless --force is given. With --slack they
    are no obstacle, and only the manifest of the Slack app is written. At a terminal, the names of the workflows whose
    checks are required are asked for where --checks-from does not give them.
    """
    texts = _texts(token, only_workflows=only_workflows, slack=slack, force=force)
    notes: list[str] = []
    if GATE in texts:
        _hold_the_top()
        there = present()
        heard = _asked(there) if checks_from is None else checks_from
        texts |= workflows(token, heard)
        notes = _notes(heard, there)
    for path, text in texts.items():
        _write(Path(path), text)
        typer.echo(f"wrote {path}")
    for note in notes:
        typer.echo(f"note: {note}")
    if texts.keys() & TEMPLATES.keys():
        typer.echo(f"\n{_NEXT}", nl=False)
    if GATE in texts:
        typer.echo(f"\n{_ON_GITHUB[token]}", nl=False)
    if slack:
        typer.echo(f"\n{_SLACK_NEXT}", nl=False)


def _texts(token: TokenOf, *, only_workflows: bool, slack: bool, force: bool) -> dict[str, str]:
    """What is to be written, by path. Ends the command where a file is there already and must not be overwritten."""
    texts = workflows(token, ())
    if not only_workflows:
        texts = {path: _template(name) for path, name in TEMPLATES.items()} | texts
    if slack and not force and _taken(texts):
        texts.clear()
    if slack:
        texts[SLACK_APP] = app_manifest()
    taken = _taken(texts)
    if taken and not force:
        msg = f"there is already {joined(taken)}, and nothing was written; --force overwrites"
        raise Stop(msg)
    return texts


def _template(name: str) -> str:
    return files("keyturn.cli").joinpath("templates", name).read_text("utf-8")


def _hold_the_top() -> None:
    """Stop below the top of a repository, where GitHub would find nothing of what is written."""
    here = Path.cwd()
    top = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)
    if top != here:
        msg = f"GitHub reads workflows at the top of a repository only; nothing was written: run it in {top}"
        raise Stop(msg)


def _notes(heard: Sequence[str], there: Sequence[str]) -> list[str]:
    """What stands in the way of the workflows doing their work."""
    notes = [
        f"no workflow here is called {name!r}; one is heard by its `name:`, letter for letter"
        for name in heard
        if name not in there
    ]
    if not heard:
        notes.append(
            "the gate hears of no workflow that gives checks; if your rules will require some, write the "
            "workflows anew: keyturn init --workflows --checks-from NAME --force"
        )
    if not Path(".git").exists():
        notes.append("this is no git repository; these files belong to the top of one")
    return notes


def _asked(there: Sequence[str]) -> list[str]:
    """The names that a person at a terminal gives, who is told those that are there; none where nobody can be asked."""
    if not sys.stdin.isatty():
        return []
    said: str = typer.prompt(
        "Names of the workflows whose jobs are required checks, with commas between them"
        + (f" (there are: {', '.join(there)})" if there else ""),
        default="",
        show_default=False,
    )
    return [name for part in said.split(",") if (name := part.strip())]


def _taken(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if Path(path).exists() or Path(path).is_symlink()]


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            path.unlink()
        path.write_text(text, "utf-8")
    except OSError as error:
        msg = f"{str(path)!r} cannot be written: {error.strerror}"
        raise Stop(msg) from None
