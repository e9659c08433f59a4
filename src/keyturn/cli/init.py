"""`keyturn init`: a rule book to start from, cases that test it, and the manifest of the Slack app."""

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from keyturn.cli.stop import Stop
from keyturn.slack.app_manifest import app_manifest

TEMPLATES: Final = MappingProxyType({"rules.yml": "rules.yml", "rules.test.yml": "rules.test.yml"})
"""What is written, by its path in the repository: the name of its template."""

_NEXT: Final = """\
What comes next:
  1. Read rules.yml from top to bottom, and name your approvers in it.
  2. Say what you expect of it in rules.test.yml, and run it: keyturn test rules.test.yml
  3. Merge both into the default branch. From then on they are in force.
  4. On an agent's branch, try: keyturn draft, then keyturn check
"""


SLACK_APP: Final = "slack-app.yml"
"""Where the manifest of the Slack app is written."""

_SLACK_NEXT: Final = f"""\
What comes next in Slack:
  1. At https://api.slack.com/apps choose Create New App, From a manifest, and paste {SLACK_APP}.
  2. Install the app, and put its Bot User OAuth Token into a secret: the input slack-token of the workflows.
  3. Write the channel's id into rules.yml, as slack.channel, and invite the bot to the channel.
"""


def command(
    *,
    slack: Annotated[
        bool,
        typer.Option("--slack", help="Write the manifest of the Slack app, too; only that beside a rule book."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there already.")] = False,
) -> None:
    """Write a rule book to start from into this directory, with comments that teach it, and cases that test it.

    Files that are there already stay as they are: then nothing is written, unless --force is given. With --slack they
    are no obstacle, and only the manifest of the Slack app is written.
    """
    texts = {
        path: files("keyturn.cli").joinpath("templates", name).read_text("utf-8") for path, name in TEMPLATES.items()
    }
    if slack and not force and _taken(texts):
        texts.clear()
    if slack:
        texts[SLACK_APP] = app_manifest()
    taken = _taken(texts)
    if taken and not force:
        msg = f"there is already {' and '.join(taken)}, and nothing was written; --force overwrites"
        raise Stop(msg)
    for path, text in texts.items():
        _write(Path(path), text)
        typer.echo(f"wrote {path}")
    if texts.keys() & TEMPLATES.keys():
        typer.echo(f"\n{_NEXT}", nl=False)
    if slack:
        typer.echo(f"\n{_SLACK_NEXT}", nl=False)


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
