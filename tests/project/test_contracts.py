"""What is said twice is said alike: action.yml, the settings in the code, the README, the examples, the schemas."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from keyturn.cli.app import COMMANDS
from keyturn.cli.inputs import DEFAULTS
from keyturn.cli.workflows import TokenOf, workflows
from keyturn.core.decision import PASSING, Outcome
from keyturn.core.manifest import FileKind, ManifestFile, read_manifest
from keyturn.core.rulebook import read_rulebook
from keyturn.core.rulebook_form import RuleBookForm
from keyturn.core.verdict import VerdictState
from keyturn.render.outputs import NAMES
from keyturn.simulation.suite import read_suite
from keyturn.version import VERSION
from tests.e2e import base
from tests.support import published

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text("utf-8")
ACTION: Final[dict[str, Any]] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
RULES_SCHEMA: Final[dict[str, Any]] = json.loads((ROOT / "schemas/rules.schema.json").read_text("utf-8"))
FROM_THE_RUNNER: Final = {"github-token": "${{ github.token }}", "github-api-url": "${{ github.api_url }}"}
"""The inputs that the runner fills in, so that the code has no default for them."""


def tracked(*patterns: str) -> list[str]:
    """The files of the repository that fit, by path."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    said = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True)
    return [path for path in dict.fromkeys(said.stdout.splitlines()) if (ROOT / path).is_file()]


def table(heading: str, page: str = README) -> list[list[str]]:
    """The rows of a page's table with this head, each a list of cells; a `|` in code stands escaped."""
    lines = page.splitlines()
    rows = []
    for line in lines[lines.index(heading) + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows


def takes(manifest: bytes) -> bool:
    """Say whether keyturn takes these bytes as a manifest with actions; raises Refused where it does not."""
    file = ManifestFile(path="manifest.yml", kind=FileKind.REGULAR, content=manifest, size=len(manifest))
    return bool(read_manifest(file).actions)


def codes(cell: str) -> list[str]:
    """What stands in backticks in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def test_inputs__of_the_action_are_those_that_the_code_reads() -> None:
    """Each input has the same default in action.yml and in the code; two come from the runner."""
    declared = {name: str(told["default"]) for name, told in ACTION["inputs"].items()}
    assert declared == {**DEFAULTS, **FROM_THE_RUNNER}
    assert list(declared) == list(DEFAULTS)


def test_inputs__stand_in_the_readme_with_their_defaults() -> None:
    """The README lists every input in the order of action.yml, with its default."""
    rows = {codes(name)[0]: "".join(codes(default)) for name, default, _ in table("| input | default | meaning |")}
    assert list(rows) == list(ACTION["inputs"])
    assert rows == {**DEFAULTS, **FROM_THE_RUNNER}


def test_inputs__are_never_required() -> None:
    """GitHub does not enforce `required`; keyturn checks its inputs itself."""
    assert [name for name, told in ACTION["inputs"].items() if told["required"] is not False] == []


def test_outputs__of_the_action_are_those_that_the_code_writes() -> None:
    """Action.yml, the code and the README name the same outputs in the same order."""
    assert tuple(ACTION["outputs"]) == NAMES
    assert tuple(codes(name)[0] for name, _ in table("| output | meaning |")) == NAMES


def test_action__is_built_from_the_repositorys_dockerfile() -> None:
    """On the default branch the image is built; a release names one by digest."""
    assert ACTION["runs"] == {"using": "docker", "image": "Dockerfile"}


def test_image__starts_as_a_docker_action_must() -> None:
    """An absolute program in exec form, neither user nor directory, and a Python that keeps to itself.

    The job's workspace is the current directory, and the job's environment comes along.
    """
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    words = [line.split(maxsplit=1) for line in lines if line and line[0].isupper()]
    assert {"USER", "WORKDIR", "CMD"}.isdisjoint(word for word, _ in words)
    (entry,) = (json.loads(told) for word, told in words if word == "ENTRYPOINT")
    assert entry == ["/usr/local/bin/python", "-I", "-B", "-m", "keyturn", "action"]


def test_image__is_tried_on_the_base_that_it_is_built_on() -> None:
    """The Dockerfile's base is the one that CI pulls for `make e2e`, and the one that the stand-in stands for."""
    bases = set(re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE))
    ci = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    pulled = {step["env"]["BASE"] for step in ci["jobs"]["e2e"]["steps"] if "BASE" in step.get("env", {})}
    assert bases == pulled == {base.NAME.removeprefix("localhost/")}


def test_outcomes__stand_in_the_readmes_diagram() -> None:
    """Every outcome is a state of the diagram, and every state is an outcome."""
    diagram = README[README.index("```mermaid") :].partition("\n```\n")[0]
    arrows = re.findall(r"^ +(\S+) --> ([^\s:]+)", diagram, re.MULTILINE)
    assert {state for arrow in arrows for state in arrow} - {"[*]"} == set(Outcome)


def test_outcomes__stand_in_the_readmes_table_with_their_verdicts() -> None:
    """Every outcome stands in one row; those that pass are those whose verdict is success."""
    rows = [(outcome, verdict) for names, verdict, _ in table("| outcome | verdict | what it means |")
            for outcome in codes(names)]  # fmt: skip
    assert sorted(outcome for outcome, _ in rows) == sorted(Outcome)
    assert {verdict for _, verdict in rows} == set(VerdictState)
    assert {outcome for outcome, verdict in rows if verdict == VerdictState.SUCCESS} == PASSING


def test_outcomes__have_timelines_of_their_own() -> None:
    """Each outcome is told by an example of its name, which the README's table links."""
    told = tracked("examples/timelines/*.yml")
    assert [outcome for outcome in Outcome if f"examples/timelines/{outcome}.yml" not in told] == []
    assert [outcome for outcome in Outcome if f"(examples/timelines/{outcome}.yml)" not in README] == []


def test_commands__stand_in_the_readme() -> None:
    """The README lists every command, and none that is not there."""
    named = {codes(cell)[0].split()[1] for cell, _ in table("| command | does |")}
    assert named == {*COMMANDS, "action"}


def test_rule_book__every_key_stands_in_the_readme() -> None:
    """The README's table of keys is the form's; `version` needs no explaining."""
    named = [key for cell, _ in table("| key | what it says |") for key in codes(cell)]
    assert sorted(named) == sorted(
        {field.alias or name for name, field in RuleBookForm.model_fields.items()} - {"version"}
    )


def keys(node: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Every key that a schema allows, as `override.users`, with its default as it is written, or `required`."""
    found = _followed(node)
    for part in [found, *map(_followed, found.get("anyOf", ()))]:
        for name, value in part.get("properties", {}).items():
            default = _followed(value).get("default", "")
            told = default if isinstance(default, str) else json.dumps(default)
            yield f"{before}{name}", "required" if name in part.get("required", ()) else told
            yield from keys(value, f"{before}{name}.")


def _followed(node: dict[str, Any]) -> dict[str, Any]:
    """The node, or what it refers to with what stands beside the reference."""
    if "$ref" not in node:
        return node
    return _followed(RULES_SCHEMA["$defs"][node["$ref"].rpartition("/")[2]]) | node


def test_rule_book__every_key_stands_in_its_reference_with_its_default() -> None:
    """The page that lists the keys is the schema's, key by key, in its order."""
    page = (ROOT / "docs/rule-book.md").read_text("utf-8")
    rows = [(codes(key)[0], default.strip("`")) for key, default, _ in table("| key | default | meaning |", page)]
    assert rows == list(keys(RULES_SCHEMA))


@pytest.mark.parametrize("path", tracked("*rules.yml"))
def test_example__rule_book_is_valid(path: str) -> None:
    """Every rule book that is shipped is one that keyturn takes."""
    assert read_rulebook(path, (ROOT / path).read_bytes()).path == path


@pytest.mark.parametrize("path", tracked("*.test.yml", "examples/timelines/*.yml", ":!*.rules.yml"))
def test_example__cases_can_be_read(path: str) -> None:
    """Every file of cases that is shipped is one that `keyturn test` takes."""
    assert read_suite(path, (ROOT / path).read_bytes()).timelines


@pytest.mark.parametrize("path", tracked("examples/**/.agent/manifests/*", ".agent/manifests/*"))
def test_example__manifest_is_valid(path: str) -> None:
    """Every manifest that is shipped is one that keyturn takes."""
    assert takes((ROOT / path).read_bytes())


def test_readme__manifest_is_valid() -> None:
    """The manifest in the README, pasted into a file, is one that keyturn takes."""
    section = README[README.index("## What the agent writes") :]
    text = section.partition("```yaml\n")[2].partition("```\n")[0]
    assert takes(text.encode())


def test_readme__workflow_is_a_shorter_example() -> None:
    """The workflow in the README hears and grants what the example for the workflow's own token does."""
    section = README[README.index("## Set it up") :]
    shown = yaml.safe_load(section.partition("```yaml\n")[2].partition("```\n")[0])
    whole = yaml.safe_load((ROOT / "examples/workflows/try-it-out/keyturn.yml").read_text("utf-8"))
    assert shown[True] == whole[True]  # to YAML the key `on` is true
    assert shown["permissions"] == whole["permissions"] == {}
    assert shown["jobs"]["gate"]["permissions"] == whole["jobs"]["gate"]["permissions"]
    assert shown["jobs"]["gate"]["steps"][0]["uses"] == whole["jobs"]["gate"]["steps"][0]["uses"]


@pytest.mark.parametrize("token", TokenOf)
def test_workflows__give_keyturn_only_inputs_that_it_has(token: TokenOf) -> None:
    """No step that runs keyturn passes an input that it would never read."""
    for text in workflows(token, ()).values():
        steps = [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]
        given = [step.get("with", {}) for step in steps if step.get("uses", "").startswith("keyturn/keyturn@")]
        assert set().union(*given) <= set(DEFAULTS)


def test_workflows__of_this_repository_are_those_that_init_writes() -> None:
    """The gate guards itself with the workflows that it gives to others."""
    for path, text in workflows(TokenOf.APP, ["ci"]).items():
        assert (ROOT / path).read_text("utf-8") == text


@pytest.mark.parametrize("path", tracked(".github/workflows/*.yml"))
def test_workflows__of_this_repository_grant_job_by_job(path: str) -> None:
    """No workflow grants anything to all its jobs; every job has a limit of time, and every grant its reason."""
    text = (ROOT / path).read_text("utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    assert [name for name, job in workflow["jobs"].items() if "timeout-minutes" not in job] == []
    grants = re.findall(r"^ +(?:[a-z-]+): (?:read|write)\b.*$", text, re.MULTILINE)
    assert [line for line in grants if "#" not in line] == []
    checkouts = [step for job in workflow["jobs"].values() for step in job["steps"] if "checkout@" in str(step)]
    assert [step for step in checkouts if step["with"]["persist-credentials"] is not False] == []


@pytest.mark.parametrize("path", tracked("*.yml"))
def test_workflows__name_the_version_that_this_is(path: str) -> None:
    """Whatever example pins keyturn pins the version in the source; nowhere else is it stated."""
    pinned = re.findall(r"keyturn/keyturn@v?([0-9][\w.]*)", (ROOT / path).read_text("utf-8"))
    assert set(pinned) <= {VERSION}


def test_version__of_the_readme_is_the_sources() -> None:
    """The README shows the release that this is."""
    assert set(re.findall(r"keyturn/keyturn@v?([0-9][\w.]*)", README)) == {VERSION}


@pytest.mark.parametrize("path", tracked("rules.yml", "rules.test.yml", "examples/**/*.yml"))
def test_modeline__leads_to_a_schema_that_is_there(path: str) -> None:
    """A file that names its schema by a path of this repository names one that exists."""
    named = re.findall(r"yaml-language-server: \$schema=(\S+)", (ROOT / path).read_text("utf-8"))
    for address in named:
        if "://" not in address:
            assert ((ROOT / path).parent / address).resolve().is_file()


def test_schemas__are_the_ones_that_the_command_prints() -> None:
    """There is a file for each schema that `keyturn schema` knows, and no other."""
    from keyturn.cli.schema import Name, text_of  # noqa: PLC0415 - the command's own table

    assert {path: json.loads((ROOT / path).read_text("utf-8")) for path in tracked("schemas/*")} == {
        f"schemas/{name}.schema.json": json.loads(text_of(name)) for name in Name
    }


WORKFLOW: Final = """\
name: x
on: push
concurrency:
  group: x
  {key}: max
jobs:
  x:
    runs-on: ubuntu-latest
    steps:
      - run: "true"
"""


def test_actionlint__leaves_out_one_finding_alone(tmp_path: Path) -> None:
    """The key that the linter does not know yet passes; any other unknown key, in any of the files, is told."""
    (tmp_path / "good.yml").write_text(WORKFLOW.replace("{key}", "queue"))
    (tmp_path / "bad.yml").write_text(WORKFLOW.replace("{key}", "queues"))

    def lint(*names: str) -> subprocess.CompletedProcess[str]:
        command = ["node", str(published.actionlint()), *names]
        return subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)

    assert (lint("good.yml").returncode, lint("good.yml").stdout) == (0, "")
    told = lint("good.yml", "bad.yml")
    assert told.returncode == 1
    assert told.stdout.startswith('bad.yml:5:3: unexpected key "queues"')
