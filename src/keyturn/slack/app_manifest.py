"""The manifest of the Slack app that a workspace makes for keyturn, with the least scopes."""

from importlib import resources


def app_manifest() -> str:
    """The manifest as YAML, ready to be pasted where Slack asks for one."""
    return resources.files("keyturn.slack").joinpath("app_manifest.yml").read_text("utf-8")
