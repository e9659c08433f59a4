"""What a test case asks for and cannot have."""


class Impossible(Exception):  # noqa: N818 - a mistake in a test case, told to its author
    """A step that cannot happen, such as dismissing a review that nobody wrote."""
