"""The words of the manifest."""

from enum import StrEnum

UNFILLED = "FILL IN: "
"""What `keyturn draft` puts in front of a description that the agent has yet to write; such a manifest is refused."""


class Scope(StrEnum):
    """How far an action reaches, as the agent says."""

    SINGLE_FILE = "single_file"
    DIRECTORY = "directory"
    DATABASE = "database"
    INFRASTRUCTURE = "infrastructure"


class Impact(StrEnum):
    """Who would notice if the action went wrong, as the agent says."""

    NONE = "none"
    LOCAL = "local"
    SERVICE = "service"
    ORGANISATION = "organisation"
