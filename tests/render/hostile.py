"""Texts that try to be more than text, and pull requests that hold them wherever people or agents may write."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from keyturn.core.facts import (
    Account,
    AccountKind,
    Change,
    ChangedFile,
    Check,
    CheckState,
    Comment,
    Dismissal,
    Facts,
    ReviewState,
)
from keyturn.core.judgement import Judgement
from tests.render.examples import BOOK, EARLIER, HEAD, OPENED, facts, judged, manifest, review

SENTINEL: Final = "ZQX"
"""Stands in every hostile text and nowhere else."""

_FRAGMENTS: Final = (
    *("`", "``", "```", "````", "~~~", "\\", "|", "\\|", "*", "**", "_", "#", "# ", "- ", "> ", "1. ", "=", "---"),
    *("@octocat", "@acme/platform", "#12", "acme/shop#1", "GH-1", "https://evil.example", "www.evil.example"),
    *(
        "<b>",
        "</details>",
        "<img src=x>",
        "<!--",
        "-->",
        "<!channel>",
        "<@U1>",
        "<!subteam^S1>",
        "<https://e.example|x>",
    ),
    *("[x](http://e.example)", "![x](http://e.example)", "[x]: http://e.example", "a@evil.example", ":tada:", "$x$"),
    *("::error::", "##[error]", "%0A", "&lt;", "&amp;", "&#64;octocat", "{by}", "{0}", "%s"),
    *("\n", "\n\n", "\r", "\t", " ", "\u202e", "\u200b", "\u2028", "\x00", "\x1b[31m", "\U000e0041", "é", "界", "😀"),
    *("\u0301", "\ufe0f", "ZQX", "a", "0"),
)

hostile = st.lists(st.sampled_from(_FRAGMENTS), max_size=12).map(lambda parts: SENTINEL + "".join(parts) + SENTINEL)
"""A text of the kind that has broken renderers before."""

printable = hostile.map(lambda text: "".join(filter(str.isprintable, text)))
"""The same without characters that a manifest refuses, so that it is read and shown."""

_ALLOWED_HTML: Final = ("<details><summary>", "</details>", "<sub>", "</sub>")


@st.composite
def hostile_facts(draw: st.DrawFn, *, overridden: bool) -> Facts:
    """A pull request in which every free text is hostile."""
    said = draw(st.sampled_from([printable, printable, hostile]))
    text = json.dumps(
        {
            "version": 1,
            "agent": draw(said),
            "requested_by": draw(st.sampled_from(["octocat", "octocat", draw(said)])),
            "actions": [
                {
                    "action_type": draw(st.sampled_from(["write", "migrate", "lint", "modify"])),
                    "target": draw(st.sampled_from(["production_database", draw(said).replace("/", "")])),
                    "scope": "single_file",
                    "description": draw(said),
                    "estimated_impact": "local",
                }
            ],
        }
    )
    base = draw(hostile)
    stranger = Account(draw(hostile), AccountKind.USER)
    asked = review(
        "carol", ReviewState.CHANGES_REQUESTED, commit=draw(st.sampled_from([HEAD, EARLIER])), body=draw(hostile)
    )
    dismissed = replace(asked, id="PRR_2", author=stranger, state=ReviewState.DISMISSED)
    path = draw(hostile).replace("\x00", "")
    return facts(
        None,
        BOOK if overridden else draw(st.sampled_from([BOOK, BOOK.replace("undeclared: multi\n", "")])),
        title=draw(hostile),
        base=base,
        head_branch=draw(hostile),
        labels=frozenset({draw(hostile)}),
        author=draw(st.sampled_from([stranger, Account("x[bot]", AccountKind.BOT)])),
        files=(ChangedFile(path, Change.RENAMED, draw(hostile)), ChangedFile("infra/" + path, Change.ADDED)),
        file_count=2,
        manifests=(manifest(text, f".agent/manifests/{draw(hostile)}.json".replace("\n", "")),),
        reviews=draw(
            st.sampled_from([(asked,), (dismissed,), (replace(asked, author=stranger, state=ReviewState.APPROVED),)])
        ),
        dismissals=(Dismissal(review="PRR_2", by=stranger, at=OPENED, previous=ReviewState.CHANGES_REQUESTED),),
        comments=tuple(
            Comment(
                id=f"IC_{login}",
                number=5,
                author=Account(login, AccountKind.USER),
                body=f"/keyturn override {HEAD} {draw(hostile)}{' and more' * 3}".replace("\n", " "),
                created_at=OPENED + timedelta(minutes=5),
            )
            for login in (("zoe",) if overridden else draw(st.sampled_from([(), ("zoe",), (stranger.login,)])))
        ),
        checks=(Check(name=draw(hostile), state=CheckState.FAILED, order=(OPENED, 1)),),
    )


@st.composite
def hostile_judgements(draw: st.DrawFn, *, overridden: bool = False) -> Judgement:
    """The judgement of such a pull request, whatever it comes to; or one that was let through by an override."""
    standing = draw(hostile_facts(overridden=overridden))
    if not overridden and draw(st.booleans()):
        standing = replace(standing, rules=facts(None, BOOK.replace("[test]", '["*"]')).rules)
    return judged(standing, timedelta(hours=draw(st.sampled_from([5, 30] if overridden else [0, 5, 30]))))


def tokens(body: str) -> Iterator[Token]:
    """Every token of a text as a CommonMark and GFM parser sees it, the inline ones too."""
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": True})
    for token in parser.parse(body):
        yield token
        yield from token.children or ()


def live(body: str) -> list[str]:
    """What in a text is more than text and not ours: links, images, HTML, and anything hostile outside code."""
    found = []
    first, _, rest = body.partition("\n") if body.startswith("<!-- keyturn:") else ("", "", body)
    assert "\n" not in first
    for token in tokens(rest):
        if token.type in {"link_open", "image"}:
            found.append(f"{token.type}: {token.attrs}")
        elif token.type in {"html_block", "html_inline"} and not token.content.startswith(_ALLOWED_HTML):
            found.append(f"{token.type}: {token.content}")
        elif (
            token.type in {"text", "heading_open", "html_block", "html_inline", "fence_info"}
            and SENTINEL in token.content
        ):
            found.append(f"outside code: {token.content}")
        elif SENTINEL in token.info:
            found.append(f"behind a fence: {token.info}")
    return found
