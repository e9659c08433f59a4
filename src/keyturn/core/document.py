"""Reads a file that people or agents write, YAML or JSON, into a tree of places and values."""

from keyturn.core.nodes import Node
from keyturn.core.source import Problems, text_of
from keyturn.core.strict_json import read_json
from keyturn.core.strict_yaml import read_yaml


def read_document(path: str, content: bytes, problems: Problems) -> Node:
    """The tree of a file; JSON where the path ends in `.json`, else YAML. What is wrong is added to `problems`.

    Raises Refused where nothing sensible can be read, and where the file holds nothing.
    """
    text = text_of(content, problems)
    root = read_json(text, problems) if path.casefold().endswith(".json") else read_yaml(text, problems)
    if root is None:
        raise problems.fatal(None, None, "the file holds nothing")
    return root
