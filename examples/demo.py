"""Shows what keyturn does: it makes a real git repository of a small shop, and judges five branches of an agent.

Nothing is fetched, and everything happens in a temporary directory that is removed at the end.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Final

SHOP: Final = Path(__file__).parent / "shop"
IDENTITY: Final = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A release bot",
    "GIT_AUTHOR_EMAIL": "bot@example.com",
    "GIT_AUTHOR_DATE": "2026-01-05T09:00:00Z",
    "GIT_COMMITTER_NAME": "A release bot",
    "GIT_COMMITTER_EMAIL": "bot@example.com",
    "GIT_COMMITTER_DATE": "2026-01-05T09:00:00Z",
}
EXPECTED: Final = {"docs-fix": 0, "tax": 0, "migration": 0, "failover": 1, "typo": 1}
"""The branches in the order of the tour, with the exit code of `keyturn check`."""

TOLD: Final = {
    "docs-fix": "An agent rewrites a page of documentation. The rule book says that agents may do that on their own.",
    "tax": "It changes one file of the shop, says so, and names who asked for it. One person has to look.",
    "migration": "It changes the database: two people. And infra/main.tf changed, of which the manifest says nothing.",
    "failover": "It wants to move the production database. Nobody can approve that; people may break the glass.",
    "typo": "Its manifest is broken. Everything that is wrong is said at once, with the place and what is allowed.",
}


def main() -> int:
    """Give the tour; return 1 when keyturn does not say what the tour expects of it."""
    say("keyturn stands between an AI agent's pull request and the merge button.")
    say(
        "The agent states in a manifest what it does. The rule book says who has to agree. The diff shows who is right."
    )
    with tempfile.TemporaryDirectory(prefix="keyturn-demo-") as folder:
        shop = Path(folder, "shop")
        shop.mkdir()
        build(shop)
        show(shop, "cat", "rules.yml")
        unexpected = [branch for branch, code in EXPECTED.items() if visit(shop, branch) != code]
        say("An agent need not write a manifest by hand. It drafts one, fills it in, and checks it before it pushes:")
        show(shop, "git", "checkout", "--quiet", "agent/undeclared")
        keyturn(shop, "draft")
    say("Next: `keyturn init` in a repository of yours; examples/timelines tells the whole life of pull requests.")
    if unexpected:
        print(f"keyturn decided otherwise than this tour expects: {', '.join(unexpected)}", file=sys.stderr)
    return 1 if unexpected else 0


def build(shop: Path) -> None:
    """Make the repository: the shop on `main`, and a branch for each thing that the agent does."""
    git(shop, "init", "--quiet", "--initial-branch=main")
    commit(shop, SHOP / "base", "Open the shop")
    for branch in ("docs-fix", "tax", "migration", "failover"):
        git(shop, "checkout", "--quiet", "-b", f"agent/{branch}", "main")
        commit(shop, SHOP / branch, f"Work on {branch}")
    git(shop, "checkout", "--quiet", "-b", "agent/typo", "agent/tax")
    manifest = shop / ".agent" / "manifests" / "tax.yml"
    broken = manifest.read_text("utf-8").replace("single_file", "singel_file").replace("estimated_impact", "impact")
    manifest.write_text(broken, "utf-8")
    git(shop, "commit", "--quiet", "--all", "--message=Break the manifest")
    git(shop, "checkout", "--quiet", "-b", "agent/undeclared", "agent/migration")
    git(shop, "rm", "--quiet", "-r", ".agent")
    git(shop, "commit", "--quiet", "--message=Forget the manifest")


def visit(shop: Path, branch: str) -> int:
    """Judge one branch."""
    say(TOLD[branch])
    show(shop, "git", "checkout", "--quiet", f"agent/{branch}")
    show(shop, "git", "diff", "--stat", "main...")
    return keyturn(shop, "check")


def keyturn(shop: Path, command: str) -> int:
    """Run a command of keyturn, and show it with its exit code."""
    prompt(f"keyturn {command}")
    code = subprocess.run(
        (sys.executable, "-m", "keyturn", command), cwd=shop, env=environment(), check=False
    ).returncode
    print(f"(exit code {code})", flush=True)
    return code


def show(shop: Path, *command: str) -> None:
    """Run a command, and show it."""
    prompt(" ".join(command))
    subprocess.run(command, cwd=shop, env=environment(), check=True)


def git(shop: Path, *arguments: str) -> None:
    """Run git without a word."""
    subprocess.run(("git", *arguments), cwd=shop, env=environment(), check=True)


def commit(shop: Path, content: Path, message: str) -> None:
    """Lay files over those in the worktree, and commit them."""
    shutil.copytree(content, shop, dirs_exist_ok=True)
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", f"--message={message}")


def environment() -> dict[str, str]:
    """Ours, without the settings of whoever runs the tour."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, **IDENTITY, "GIT_PAGER": "cat"}


def say(text: str) -> None:
    """Tell the reader something."""
    print("\n" + textwrap.fill(f"# {text}", 100, subsequent_indent="# "), flush=True)


def prompt(command: str) -> None:
    """Show what is run."""
    print(f"\n$ {command}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
