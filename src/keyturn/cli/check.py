"""`keyturn check`: what the gate would ask of a branch, offline, from commits."""

import gc
from typing import Annotated

import typer

from keyturn.cli.options import MANIFEST_PATH, RULES_PATH, Base, Format, Head, ManifestPath, OutputFormat, RulesPath
from keyturn.git.comparison import compare


def command(
    *,
    base: Base = None,
    head: Head = None,
    author: Annotated[str | None, typer.Option(metavar="LOGIN", help="Who would open the pull request.")] = None,
    label: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A label of the pull request; may be given again.")
    ] = None,
    output: OutputFormat = Format.TEXT,
    rules_path: RulesPath = RULES_PATH,
    manifest_path: ManifestPath = MANIFEST_PATH,
) -> None:
    """Judge a branch offline: what the gate would ask of whom, and why.

    Only commits are judged, never the worktree; the rule book is the base's. Exit code 0: valid; 1: the gate would
    fail it as it stands (invalid, emergency stop); 2: bad usage, or something is missing in this clone.
    """
    gc.disable()  # the run is over before the garbage would be in anybody's way
    with compare(".", base, head) as comparison:
        # git is at work from here on, while the judgement's modules load
        from keyturn.cli.judging import FAILING, judge
        from keyturn.cli.printing import say, warn
        from keyturn.git.snapshot import Circumstances
        from keyturn.git.uncommitted import uncommitted_manifests

        told = Circumstances(
            author=author, labels=frozenset(label or ()), rules_path=rules_path, manifest_path=manifest_path
        )
        judgement = judge(comparison, told)
        for path in uncommitted_manifests(comparison, manifest_path):
            warn(f"{path!r} is not committed as it stands in the worktree, so it is not judged; only commits are")
    if output is Format.JSON:
        typer.echo(judgement.decision.as_json(indent=2))
    else:
        from keyturn.render.terminal import judged

        say(judged(judgement, judgement.facts.base, comparison.head.branch or comparison.head.name))
    if judgement.decision.outcome in FAILING:
        raise typer.Exit(1)
