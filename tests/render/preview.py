"""Draws comments and cards as people see them: `python -m tests.render.preview FOLDER [NAME…]`.

Needs a Chromium on the PATH. The pictures are likenesses: the Markdown is parsed for real, the rest is style.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

from keyturn.render.comment import Extras, comment
from tests.render.examples import EXAMPLES, example

_STYLE: Final = """
body { font: 14px/1.5 -apple-system, "Segoe UI", "DejaVu Sans", "Noto Color Emoji", sans-serif; color: #1f2328;
       margin: 16px; background: #fff; width: 860px; }
.comment { border: 1px solid #d1d9e0; border-radius: 6px; }
.comment > header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e; }
.comment > div { padding: 16px; }
h2 { font-size: 21px; border-bottom: 1px solid #d1d9e0b3; padding-bottom: 5px; margin: 0 0 16px; }
h3 { font-size: 17px; margin: 20px 0 8px; }
p, ul { margin: 0 0 10px; } ul { padding-left: 2em; }
code { font: 85% "DejaVu Sans Mono", monospace; background: #818b981f; border-radius: 6px; padding: .2em .4em; }
pre { background: #f6f8fa; border-radius: 6px; padding: 12px; overflow: hidden; margin: 0 0 10px; }
pre code { background: none; padding: 0; }
table { border-collapse: collapse; margin-bottom: 12px; }
td, th { border: 1px solid #d1d9e0; padding: 5px 11px; text-align: left; vertical-align: top; }
sub { color: #59636e; font-size: 11px; vertical-align: baseline; }
details { margin-bottom: 10px; }
"""


def markdown_html(body: str) -> str:
    """A comment as GitHub's parser sees it."""
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough").render(body))


def page(style: str, body: str) -> str:
    """A page of its own."""
    return f'<!doctype html><meta charset="utf-8"><style>{style}</style>{body}'


def comment_page(name: str) -> str:
    """One example's comment as a page."""
    body = markdown_html(comment(example(name), Extras(marker={"kind": "request"})))
    header = "<header><b>keyturn</b> <code>bot</code> commented</header>"
    return page(_STYLE, f'<div class="comment">{header}<div>{body}</div></div>')


def shoot(html: str, picture: Path, height: int) -> None:
    """Take a picture of a page."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no chromium on the PATH")
    source = picture.with_suffix(".html")
    source.write_text(html, encoding="utf-8")
    subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(f"--screenshot={picture}", f"--window-size=900,{height}", source.as_uri()),
        ],
        check=True,
        capture_output=True,
    )


def main(folder: str, names: list[str]) -> None:
    """Draw the named examples, or all of them."""
    to = Path(folder)
    to.mkdir(parents=True, exist_ok=True)
    for name in names or EXAMPLES:
        shoot(comment_page(name), to / f"comment-{name}.png", 1250)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
