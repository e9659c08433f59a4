"""Which files of a repository are manifests: the ones in the place that `manifest-path` names."""

import fnmatch
import re

SUFFIXES = (".yml", ".yaml", ".json")


def is_manifest(path: str, manifest_path: str) -> bool:
    """Whether a path stands in the manifests' place and ends like a manifest."""
    if not path.endswith(SUFFIXES):
        return False
    wanted, given = manifest_path.strip("/").split("/"), path.split("/")
    return len(wanted) == len(given) and all(map(fnmatch.fnmatchcase, given, wanted))


def folder_of(manifest_path: str) -> str:
    """The deepest folder that holds every manifest; empty for the root."""
    literal = []
    for segment in manifest_path.strip("/").split("/")[:-1]:
        if re.search(r"[*?\[]", segment):
            break
        literal.append(segment)
    return "/".join(literal)
