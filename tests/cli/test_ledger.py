"""`keyturn ledger`: verify, log and export, on GitHub and in a clone, as people and programs see them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyturn.core.record import Event, LedgerEntry, bytes_hash
from tests.cli.conftest import Keyturn
from tests.github_server.hub import GitHubServer
from tests.support.build_ledger import KEYTURN, LEDGER, LedgerBuilder
from tests.support.tampering import E1, E2, edited, honest_ledger, stored


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    """GitHub on loopback."""
    with GitHubServer() as server:
        yield server


@pytest.fixture
def builder(server: GitHubServer) -> LedgerBuilder:
    """A ledger of four entries about two pull requests."""
    made = LedgerBuilder(server.repository("acme/shop"))
    honest_ledger(made)
    return made


@pytest.fixture
def remote(server: GitHubServer, builder: LedgerBuilder, monkeypatch: pytest.MonkeyPatch) -> LedgerBuilder:
    """The same, with a maintainer's token in the environment."""
    monkeypatch.setenv("GITHUB_TOKEN", builder.repository.user_token(builder.repository.maintainer).value)
    monkeypatch.setenv("GITHUB_API_URL", server.api_url)
    return builder


# verify


def test_verify__of_a_whole_ledger_says_so_and_what_it_cannot_prove(keyturn: Keyturn, remote: LedgerBuilder) -> None:
    """Exit code 0; the size of what was looked at, and the limits of the look."""
    said = keyturn("ledger", "verify", "acme/shop")
    assert said.code == 0
    assert said.out.startswith(
        f"The ledger holds.\n  4 entries about 2 pull requests in 5 commits, at {remote.tip}\n\nNot proven by this\n"
        f"  - That {KEYTURN} is keyturn's own account: it was taken for that, "
    )
    assert "every workflow of the repository can write in its name" in said.out
    assert said.err == ""


def test_verify__names_what_was_done_and_fails(keyturn: Keyturn, remote: LedgerBuilder) -> None:
    """Exit code 1, and each finding with its kind, file, commit and author."""
    commit = remote.write({E2: None}, by=remote.mallory)
    said = keyturn("ledger", "verify", "acme/shop")
    assert said.code == 1
    assert said.out.startswith("1 thing wrong with the ledger.\n")
    deed = f"{E2} was removed in commit {commit[:10]} of 2026-01-05 09:06 UTC by mallory, not signed by GitHub"
    assert f"  missing   {deed}\n" in said.out


def test_verify__of_what_keyturn_noticed_itself_holds(keyturn: Keyturn, remote: LedgerBuilder) -> None:
    """It is told apart from what is new: approvals from before do not count any more anyhow."""
    remote.write({E1: edited(stored(remote, E1))}, by=remote.mallory)
    remote.append(12, Event.LEDGER_BROKEN)
    said = keyturn("ledger", "verify", "acme/shop")
    assert said.code == 0
    assert "Known to keyturn, which has trusted nothing before it since\n  edited    " in said.out


def test_verify__against_the_account_that_is_named(keyturn: Keyturn, remote: LedgerBuilder) -> None:
    """Whoever knows keyturn's account says so, and need not trust the branch's first author."""
    said = keyturn("ledger", "verify", "acme/shop", "--account", KEYTURN)
    assert said.code == 0
    assert f"  - That {KEYTURN} is keyturn's own account: that was said by whoever asked.\n" in said.out
    assert keyturn("ledger", "verify", "acme/shop", "--account", "github-actions[bot]").code == 1


def test_verify__in_a_clone_says_what_a_clone_cannot_prove(
    keyturn: Keyturn, builder: LedgerBuilder, tmp_path: Path
) -> None:
    """No token and no network; the signatures and the branch's past are left open."""
    clone = builder.clone(tmp_path / "clone")
    said = keyturn("ledger", "verify", "--git", str(clone.path))
    assert said.code == 0
    assert said.out.startswith("The ledger holds.\n")
    assert "That GitHub made the signatures: they are seen, and not checked." in said.out
    assert "That the branch was not rewound or rewritten before it was fetched" in said.out
    assert "fetch before you look" in said.out


def test_verify__tells_programs_everything(keyturn: Keyturn, builder: LedgerBuilder, tmp_path: Path) -> None:
    """The same as JSON; the exit code is the same, too."""
    commit = builder.write({E2: None}, by=builder.mallory)
    said = keyturn("ledger", "verify", "--git", str(builder.clone(tmp_path / "clone").path), "--format", "json")
    assert said.code == 1
    told = json.loads(said.out)
    assert (told["holds"], told["tip"], told["account"]) == (False, builder.tip, KEYTURN)
    (finding,) = told["findings"]
    assert finding.pop("what").startswith(f"{E2} was removed in commit")
    assert finding == {"fault": "missing", "path": E2, "commit": commit, "recorded": False}
    assert len(told["not_proven"]) == 5


def test_verify__shows_no_text_from_outside_raw(keyturn: Keyturn, builder: LedgerBuilder, tmp_path: Path) -> None:
    """The name of a file on the branch is an attacker's to choose."""
    builder.write({"\x1b[2Jclean\u202e##[add-mask]": b"x"}, by=builder.mallory)
    said = keyturn("ledger", "verify", "--git", str(builder.clone(tmp_path / "clone").path))
    assert said.code == 1
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out
    assert "##[" not in said.out


# log


def test_log__tells_one_pull_request(keyturn: Keyturn, remote: LedgerBuilder) -> None:
    """Each entry with its time, state and events, oldest first."""
    said = keyturn("ledger", "log", "acme/shop", "12")
    assert said.code == 0
    assert said.out == (
        "2026-01-05 09:01 UTC  #12  Waiting for 1 approval\n"
        "    entry 1, aaaaaaaaaa into main, run for octocat\n"
        "    - approval was asked for by ann\n"
        "2026-01-05 09:03 UTC  #12  Waiting for 1 approval\n"
        "    entry 2, aaaaaaaaaa into main, run for octocat\n"
        "    - an approval counted by ann\n"
        "2026-01-05 09:04 UTC  #12  Waiting for 1 approval\n"
        "    entry 3, aaaaaaaaaa into main, run for octocat\n"
        "    - it was approved by ann\n"
    )


def test_log__tells_all_in_the_order_of_time(keyturn: Keyturn, builder: LedgerBuilder, tmp_path: Path) -> None:
    """Whatever is unreadable stands at the end, so that it is not overlooked."""
    builder.write({E2: b"{}"}, by=builder.mallory)
    said = keyturn("ledger", "log", "--git", str(builder.clone(tmp_path / "clone").path))
    assert said.code == 0
    told = [line for line in said.out.splitlines() if not line.startswith(" ")]
    assert [line.split()[3] for line in told[:-1]] == ["#12", "#7", "#12"]
    assert told[-1] == f"{E2} holds no entry of the ledger"


def test_log__of_what_the_ledger_does_not_know(keyturn: Keyturn, remote: LedgerBuilder) -> None:
    """Silence is told in words."""
    said = keyturn("ledger", "log", "acme/shop", "99")
    assert (said.code, said.out) == (0, "The ledger tells nothing of #99.\n")


# export


def test_export__prints_each_entry_with_its_hash(keyturn: Keyturn, remote: LedgerBuilder) -> None:
    """One line an entry; the hash of each is what the next one names."""
    said = keyturn("ledger", "export", "acme/shop", "12")
    assert said.code == 0
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [line["path"] for line in lines] == [f"pulls/0/12/00000{n}.json" for n in (1, 2, 3)]
    assert [line["entry"]["previous"] for line in lines] == [None, lines[0]["sha256"], lines[1]["sha256"]]
    assert [line["sha256"] for line in lines] == [bytes_hash(stored(remote, line["path"])) for line in lines]
    for line in lines:
        assert line["entry"] == json.loads(stored(remote, line["path"]))
        LedgerEntry.model_validate_json(json.dumps(line["entry"]))


def test_export__of_what_holds_no_entry_fails(keyturn: Keyturn, builder: LedgerBuilder, tmp_path: Path) -> None:
    """The rest is exported; the gap is named on standard error, and in its place."""
    builder.write({E2: b"{}", E1: b"x" * 2_000_000})
    said = keyturn("ledger", "export", "--git", str(builder.clone(tmp_path / "clone").path))
    assert said.code == 1
    lines = {line["path"]: line for line in map(json.loads, said.out.splitlines())}
    assert len(lines) == 4
    assert (lines[E1]["entry"], lines[E1]["sha256"]) == (None, None)
    assert (lines[E2]["entry"], lines[E2]["sha256"]) == (None, bytes_hash(b"{}"))
    assert said.err.splitlines() == [f"keyturn: {path} holds no entry of the ledger" for path in (E1, E2)]


# Where it goes wrong


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify"], "say which ledger: OWNER/REPO on GitHub, or --git DIR"),
        (["verify", "acme"], "'acme' is no repository; it must be OWNER/REPO"),
        (["verify", "acme/shop", "--git", "."], "with --git no repository is named, and 'acme/shop' is one too many"),
        (["log", "acme/shop", "0"], "'0' is not the number of a pull request, such as 12"),
        (["log", "acme/shop", "12", "13"], "'12' '13' is not the number of a pull request"),
        (["export", "acme/shop", "--git", "."], "with --git no repository is named"),
        (["log", "--git", "/nowhere/at/all"], "there is no directory '/nowhere/at/all'"),
    ],
)
def test_ledger__bad_usage_is_explained(
    keyturn: Keyturn, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    """Exit code 2, before anything is read."""
    monkeypatch.setenv("GH_TOKEN", "x")
    said = keyturn("ledger", *arguments)
    assert said.code == 2
    assert message in " ".join(said.err.replace("│", " ").split())


def test_ledger__without_a_token_is_bad_usage(keyturn: Keyturn) -> None:
    """The message names the variables."""
    said = keyturn("ledger", "verify", "acme/shop")
    assert said.code == 2
    assert "set GITHUB_TOKEN or GH_TOKEN" in said.err


def test_ledger__that_is_not_there_fails(keyturn: Keyturn, remote: LedgerBuilder, tmp_path: Path) -> None:
    """On GitHub exit code 1, as whatever could not be found out; in a clone 2, for a fetch mends it."""
    remote.repository.delete_branch(LEDGER)
    said = keyturn("ledger", "log", "acme/shop", "12")
    assert said.code == 1
    assert "keyturn: acme/shop has no branch keyturn-ledger" in said.err
    other = keyturn("ledger", "verify", "--git", str(LedgerBuilder().clone(tmp_path / "c").path), "--branch", "other")
    assert other.code == 2
    assert "git fetch origin other" in other.err


def test_ledger__has_another_name_where_that_is_said(keyturn: Keyturn, remote: LedgerBuilder) -> None:
    """The Action's input `ledger-branch` has its like here, and the address of the API."""
    remote.repository.branch("audit", remote.tip)
    remote.repository.delete_branch(LEDGER)
    said = keyturn("ledger", "verify", "acme/shop", "--branch", "audit")
    assert said.out.startswith("The ledger holds.")
