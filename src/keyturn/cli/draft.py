"""`keyturn draft`: a first manifest for what a branch changes."""

from pathlib import Path
from typing import Annotated

import typer

from keyturn.cli.options import MANIFEST_PATH, RULES_PATH, Base, Head, ManifestPath, RulesPath
from keyturn.cli.stop import Stop
from keyturn.git.comparison import compare


def command(
    *,
    base: Base = None,
    head: Head = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A new file to write it to [default: standard output].")
    ] = None,
    rules_path: RulesPath = RULES_PATH,
    manifest_path: ManifestPath = MANIFEST_PATH,
) -> None:
    """Write a manifest from the diff, for the agent to complete.

    Each description is left to be filled in; until then `keyturn check` refuses the manifest.
    """
    with compare(".", base, head) as comparison:
        # git is at work from here on, while the other modules load
        from keyturn.cli.judging import rules_of
        from keyturn.core.draft import draft
        from keyturn.git.snapshot import Circumstances, facts_of
        from keyturn.render.manifest_text import manifest_text

        facts = facts_of(comparison, Circumstances(rules_path=rules_path, manifest_path=manifest_path))
        book = rules_of(facts, comparison)[1].governing
    if book is None:
        msg = f"a draft needs to know which action types may cover a file, and {facts.base} has no valid {rules_path}"
        raise Stop(msg)
    drafted = draft(facts, book)
    if not drafted.actions:
        msg = "there is nothing that a manifest could declare: no file changed, manifests aside"
        raise Stop(msg)
    text = manifest_text(drafted, book, facts.base, comparison.head.branch or comparison.head.name)
    if output is None:
        typer.echo(text, nl=False)
        return
    _write(output, text)


def _write(file: Path, text: str) -> None:
    """Write a file that is not there yet, with the folders above it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as written:
            written.write(text)
    except FileExistsError:
        msg = f"{str(file)!r} exists; name a new file, for each pull request brings a manifest of its own"
        raise Stop(msg) from None
    except OSError as error:
        msg = f"{str(file)!r} cannot be written: {error.strerror}"
        raise Stop(msg) from None
    typer.echo(f"keyturn: wrote {file}; fill it in, commit it, and run `keyturn check`", err=True)
