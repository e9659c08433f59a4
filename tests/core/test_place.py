"""Where manifests are kept."""

import pytest

from keyturn.core.place import folder_of, is_manifest


@pytest.mark.parametrize(
    ("path", "place", "expected"),
    [
        (".agent/manifests/x.yml", ".agent/manifests/*", True),
        (".agent/manifests/x.yaml", ".agent/manifests/*", True),
        (".agent/manifests/x.json", ".agent/manifests/*", True),
        (".agent/manifests/.x.yml", ".agent/manifests/*", True),
        (".agent/manifests/a b\n.yml", ".agent/manifests/*", True),
        (".agent/manifests/x.YML", ".agent/manifests/*", False),
        (".agent/manifests/x.yml.txt", ".agent/manifests/*", False),
        (".agent/manifests/a/x.yml", ".agent/manifests/*", False),
        (".agent/x.yml", ".agent/manifests/*", False),
        (".Agent/manifests/x.yml", ".agent/manifests/*", False),
        ("a/.agent/manifests/x.yml", ".agent/manifests/*", False),
        ("agents/one/x.yml", "agents/*/x.*", True),
        ("agents/one/y.yml", "agents/*/x.*", False),
        ("plan.yml", "/plan.yml", True),
        ("plan.yml", "plan.*/", True),
        ("X/x.yml", "/X/*", True),
    ],
)
def test_is_manifest__stands_in_the_place(path: str, place: str, *, expected: bool) -> None:
    """A manifest stands in the place that the input names, in which a star crosses no slash, and ends like one."""
    assert is_manifest(path, place) is expected


@pytest.mark.parametrize(
    ("place", "folder"),
    [
        (".agent/manifests/*", ".agent/manifests"),
        ("/plans/*.yml", "plans"),
        ("/X/*.yml", "X"),
        ("agents/*/plans/x.yml", "agents"),
        ("agents/a?c/x.yml", "agents"),
        ("agents/[ab]/x.yml", "agents"),
        ("plan.yml", ""),
        ("*", ""),
    ],
)
def test_folder_of__deepest_folder_without_wildcards(place: str, folder: str) -> None:
    """Every manifest is found below this folder."""
    assert folder_of(place) == folder
