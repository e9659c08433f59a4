"""`keyturn init`: a rule book to start from, and cases that test it."""

from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from keyturn.cli.stop import Stop

TEMPLATES: Final = MappingProxyType({"rules.yml": "rules.yml", "rules.test.yml": "rules.test.yml"})
"""What is written, by its path in the repository: the name of its template."""

_NEXT: Final = """\
What comes next:
  1. Read rules.yml from top to bottom, and name your approvers in it.
  2. Say what you expect of it in rules.test.yml, and run it: keyturn test rules.test.yml
  3. Merge both into the default branch. From then on they are in force.
  4. On an agent's branch, try: keyturn draft, then keyturn check
"""


def command(
    *, force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there already.")] = False
) -> None:
    """Write a rule book to start from into this directory, with comments that teach it, and cases that test it.

    Files that are there already stay as they are: then nothing is written, unless --force is given.
    """
    taken = [path for path in TEMPLATES if Path(path).exists() or Path(path).is_symlink()]
    if taken and not force:
        msg = f"there is already {' and '.join(taken)}, and nothing was written; --force overwrites"
        raise Stop(msg)
    for path, name in TEMPLATES.items():
        _write(Path(path), files("keyturn.cli").joinpath("templates", name).read_text("utf-8"))
        typer.echo(f"wrote {path}")
    typer.echo(f"\n{_NEXT}", nl=False)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            path.unlink()
        path.write_text(text, "utf-8")
    except OSError as error:
        msg = f"{str(path)!r} cannot be written: {error.strerror}"
        raise Stop(msg) from None
