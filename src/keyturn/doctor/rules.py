"""Whether the rule book on the default branch is valid, its tests pass, and editors find its schema."""

from collections.abc import Iterable
from typing import Final

from keyturn.core.facts import FileVersion
from keyturn.core.problem import Refused
from keyturn.core.rulebook import RuleBook, read_rulebook
from keyturn.doctor.finding import Finding, good, warning, wrong
from keyturn.doctor.setup import Setup
from keyturn.simulation.impossible import Impossible
from keyturn.simulation.play import play
from keyturn.simulation.suite import read_suite

_MODELINE: Final = b"yaml-language-server: $schema="
_MOST: Final = 5
"""How many problems of a file are told."""


def cases_path(rules_path: str) -> str:
    """Where the tests of a rule book stand: `rules.test.yml` beside `rules.yml`."""
    stem, dot, ending = rules_path.rpartition(".")
    return f"{stem}.test.{ending}" if dot else f"{rules_path}.test.yml"


def read_rules(setup: Setup) -> tuple[RuleBook | None, Finding]:
    """The rule book, `None` where there is none that is valid, and what there is to say about it."""
    title = "rule book"
    if setup.rules is None:
        return None, wrong(
            title,
            "there is no rule book on the default branch",
            "Every governed pull request is `invalid`.",
            "Write one with `keyturn init`, and merge it into the default branch.",
        )
    path = setup.rules.path
    if setup.rules.content is None:
        return None, wrong(title, f"{path} cannot be read", setup.rules.problem or "", "Make it a regular file.")
    try:
        book = read_rulebook(path, setup.rules.content)
    except Refused as refused:
        return None, wrong(
            title,
            f"{path} is refused",
            _told(refused),
            "Mend it in a pull request; until then every governed pull request is `invalid`.",
        )
    return book, good(title, f"{path} is valid; mode: {book.mode}")


def tests(setup: Setup) -> Finding:
    """Whether the rule book's tests pass against it."""
    title = "tests of the rule book"
    if setup.cases is None or setup.cases.content is None:
        return warning(
            title,
            "the rule book has no tests",
            "A change of a rule shows its effect only on the next pull request.",
            "Write rules.test.yml beside it (`keyturn init` writes one to start from), and run it in CI.",
        )
    return _played(title, setup.cases, setup.cases.content, setup.rules)


def _played(title: str, cases: FileVersion, content: bytes, rules: FileVersion | None) -> Finding:
    mend = f"Run `keyturn test {cases.path}`, and mend the rule book or the cases."
    if rules is None:
        return warning(title, f"{cases.path} has no rule book to test", "There is none.", mend)
    try:
        suite = read_suite(cases.path, content)
        failed = [timeline.name for timeline in suite.timelines if not play(timeline, rules).passed]
    except Refused as refused:
        return wrong(title, f"{cases.path} is refused", _told(refused), mend)
    except Impossible as impossible:
        return wrong(title, f"{cases.path} cannot be played", str(impossible), mend)
    number = len(suite.timelines)
    if failed:
        why = "The rule book does not do what was expected of it."
        return wrong(title, f"of its cases, {len(failed)} of {number} fail: {', '.join(failed[:_MOST])}", why, mend)
    return good(title, f"{cases.path} passes: {number} case{'' if number == 1 else 's'}")


def schemas(setup: Setup) -> Iterable[Finding]:
    """Whether the rule book and its tests name the schemas that editors complete them by."""
    files = [file for file in (setup.rules, setup.cases) if file is not None and file.content is not None]
    without = [file.path for file in files if _MODELINE not in (file.content or b"")]
    if without:
        yield warning(
            "schemas",
            f"{' and '.join(without)} name{'s' if len(without) == 1 else ''} no schema",
            "Editors complete and check a file that names its schema in the first line.",
            "Begin it with `# yaml-language-server: $schema=` and the schema's address, as `keyturn init` does.",
        )
    elif files:
        yield good("schemas", f"{' and '.join(file.path for file in files)} name their schemas")


def _told(refused: Refused) -> str:
    return "; ".join(str(problem) for problem in refused.problems[:_MOST])
