"""Greets customers."""


def greet(name: str) -> str:
    """A friendly word."""
    return f"Hello, {name}!"
