"""Draws comments and cards as people see them: `python -m tests.render.preview FOLDER [NAME…]`.

Without names it draws the two pictures of `docs`. It needs a Chromium on the PATH. The pictures are likenesses: the
Markdown is parsed for real, the rest is style.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

from keyturn.render.comment import Extras, comment
from tests.render.examples import OPENED, example
from tests.render.golden_files import GOLDEN

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


_CARD_STYLE: Final = """
body { font: 15px/1.46 -apple-system, "Segoe UI", "DejaVu Sans", "Noto Color Emoji", sans-serif; color: #1d1c1d;
       margin: 16px; background: #fff; width: 720px; }
.message { display: grid; grid-template-columns: 36px 1fr; gap: 0 10px; }
.avatar { width: 36px; height: 36px; border-radius: 8px; background: #24292f; color: #fff; text-align: center;
          line-height: 36px; font-size: 20px; }
.name b { margin-right: 6px; } .name small { color: #616061; }
.app { background: #e8e8e8; border-radius: 2px; font-size: 10px; padding: 1px 3px; color: #616061; }
.card { border-left: 4px solid; border-radius: 4px; padding: 2px 0 2px 12px; margin-top: 6px; }
.card > div { margin-bottom: 8px; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px; }
.context { font-size: 12px; color: #616061; }
code { font: 12px "DejaVu Sans Mono", monospace; background: #1d1c1d0a; border: 1px solid #1d1c1d21;
       border-radius: 3px; padding: 2px 3px 1px; color: #c01343; }
a { color: #1264a3; text-decoration: none; }
.mention { background: #1264a31a; color: #1264a3; border-radius: 3px; padding: 0 2px; }
"""

_PEOPLE: Final = {"U0CAROL": "@Carol Ng", "U0ZOE": "@Zoe Ott", "U0ANN": "@Ann Bell", "S0PLATFORM": "@platform"}


def slack_html(text: str) -> str:
    """Slack's markup, as far as cards use it."""
    pieces = text.split("`")
    return "".join(f"<code>{piece}</code>" if odd % 2 else _formatted(piece) for odd, piece in enumerate(pieces))


def _formatted(text: str) -> str:
    text = re.sub(r"<(?:@|!subteam\^)(\w+)>", lambda found: f'<span class="mention">{_PEOPLE[found[1]]}</span>', text)
    text = re.sub(r"<!date\^\d+\^[^|]*\|([^>]*)>", _moment, text)
    text = re.sub(r"<(https://[^|>]*)\|([^>]*)>", r'<a href="\1">\2</a>', text)
    return re.sub(r"\*([^*\n]+)\*", r"<b>\1</b>", text).replace("\n", "<br>")


def _moment(found: re.Match[str]) -> str:
    """A moment as the reader of the example sees it, on the day on which its request opened."""
    day = "Today" if found[1].startswith(f"{OPENED:%Y-%m-%d}") else "Tomorrow"
    return f"{day} at {found[1][11:16]}"


def card_page(name: str) -> str:
    """One example's card as a page."""
    payload = json.loads(GOLDEN[f"card/{name}.json"]())
    attachment = payload["attachments"][0]
    parts = []
    for block in attachment["blocks"]:
        if "fields" in block:
            fields = "".join(f"<div>{slack_html(field['text'])}</div>" for field in block["fields"])
            parts.append(f'<div class="fields">{fields}</div>')
        elif block["type"] == "context":
            parts.append(f'<div class="context">{slack_html(block["elements"][0]["text"])}</div>')
        else:
            parts.append(f"<div>{slack_html(block['text']['text'])}</div>")
    card = f'<div class="card" style="border-color: {attachment["color"]}">{"".join(parts)}</div>'
    name_line = '<div class="name"><b>keyturn</b><span class="app">APP</span> <small>11:00</small></div>'
    body = f"<div>{name_line}{slack_html(payload['text'])}{card}</div>"
    return page(_CARD_STYLE, f'<div class="message"><div class="avatar">🔑</div>{body}</div>')


def shoot(html: str, picture: Path, width: int, height: int) -> None:
    """Take a picture of a page."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no chromium on the PATH")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(html, encoding="utf-8")
        subprocess.run(
            [
                *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--screenshot={picture}", f"--window-size={width},{height}", source.as_uri()),
            ],
            check=True,
            capture_output=True,
        )


def main(folder: str, names: list[str]) -> None:
    """Draw the named examples, or the two pictures of `docs`."""
    to = Path(folder)
    to.mkdir(parents=True, exist_ok=True)
    for name in names:
        shoot(comment_page(name), to / f"comment-{name}.png", 900, 1250)
        shoot(card_page(name), to / f"card-{name}.png", 760, 560)
    if not names:
        shoot(comment_page("pending"), to / "comment.png", 892, 1028)
        shoot(card_page("pending"), to / "card.png", 760, 516)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
