"""`keyturn doctor` against a GitHub on loopback: what it finds where one thing is not as it should be."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.doctor.hospital import Hospital
from tests.github_server.state.accounts import ACTIONS_APP_ID
from tests.github_server.state.git_store import Symlink
from tests.github_server.state.rules import Protection

Harm = Callable[[Hospital], object]

GATE = ".github/workflows/keyturn.yml"
SIGNAL = ".github/workflows/keyturn-signal.yml"
UNPLAYABLE = """\
version: 1
rules: rules.yml
people: {ann: write}
timelines:
  - name: a review of what nobody pushed
    steps:
      - push: {commit: first, files: [src/a.py]}
        expect: pending
      - review: {by: ann, says: approve, commit: other}
        expect: pending
"""


def replaced(path: str, old: str, new: str) -> Harm:
    """Change a text in a file on the default branch."""

    def harm(ward: Hospital) -> None:
        text = ward.repo.files("main")[path].decode()
        assert old in text
        ward.repo.commit("main", {path: text.replace(old, new)})

    return harm


def removed(path: str) -> Harm:
    """Remove a file from the default branch."""
    return lambda ward: ward.repo.commit("main", {path: None})


def without_rule(kind: str, branches: str) -> Harm:
    """Take a rule away."""

    def harm(ward: Hospital) -> None:
        kept = [rule for rule in ward.repo.rules.rules if (rule.kind, rule.branches) != (kind, branches)]
        assert len(kept) < len(ward.repo.rules.rules)
        ward.repo.rules.rules[:] = kept

    return harm


def both(*harms: Harm) -> Harm:
    """One after the other."""

    def harm(ward: Hospital) -> None:
        for each in harms:
            each(ward)

    return harm


unrequired = without_rule("required_status_checks", "main")


def required(name: str, *, app: str | None = "own", branch: str = "main") -> Harm:
    """Require a check, from keyturn's App, from Actions or from any source."""

    def harm(ward: Hospital) -> None:
        pins = {"own": ward.app, "actions": ACTIONS_APP_ID, None: None}
        ward.require(branch, name, pins[app])

    return harm


def ruled(kind: str, branches: str = "main", **parameters: object) -> Harm:
    """Add a rule."""
    return lambda ward: ward.repo.rules.add(kind, branches, parameters=parameters or None)


def reviews(**parameters: object) -> Harm:
    """Ask for reviews by a ruleset, as GitHub fills in what nobody says."""
    usual: dict[str, object] = {
        "required_approving_review_count": 0,
        "dismiss_stale_reviews_on_push": True,
        "require_code_owner_review": False,
        "require_last_push_approval": True,
        "required_review_thread_resolution": False,
    }
    return lambda ward: ward.repo.rules.add("pull_request", "main", parameters=usual | parameters)


def classic(**words: object) -> Harm:
    """Protect `main` the old way, with the verdict required from Actions unless `contexts` says otherwise."""

    def harm(ward: Hospital) -> None:
        ward.repo.rules.protections["main"] = Protection(**{"contexts": {"keyturn": ACTIONS_APP_ID}, **words})  # type: ignore[arg-type]

    return harm


def test_doctor__finds_nothing_where_everything_is_right(ward: Hospital) -> None:
    """Every check is made, none complains, and the exit code is 0."""
    states = ward.states()
    assert set().union(*states.values()) == {"ok"}
    assert set(states) == {
        *("rule book", "tests of the rule book", "schemas", "own App", "permissions", "ledger writable"),
        *("ledger branch", "required check on main", "reviews on main", "teams", "quorum of single"),
        *("quorum of multi", "override", "events", "required check test", "last sweep"),
    }


def test_doctor__leaves_nothing_behind(ward: Hospital) -> None:
    """The scratch branch is gone afterwards, the ledger is not begun, and no issue or pull request was touched."""
    before = dict(ward.repo.refs)
    ward.run()
    assert ward.repo.refs == before
    assert (ward.repo.issues, ward.repo.pull_requests) == ([], [])


def test_doctor__read_only_writes_nothing(ward: Hospital) -> None:
    """Nothing is sent but questions, and what was not tried is said."""
    found = ward.findings("--read-only")
    assert ward.hub.writes == []
    assert found["ledger writable"][0]["state"] == "warning"
    assert found["permissions to write"][0]["state"] == "warning"


@pytest.mark.parametrize(
    ("harm", "name", "state", "told"),
    [
        # The check on each protected branch
        (unrequired, "required check on main", "wrong", "`main`, the default branch, is not protected"),
        (
            both(unrequired, ruled("deletion")),
            "required check on main",
            "wrong",
            "`main` does not require `keyturn`",
        ),
        (
            both(unrequired, required("keyturn", app=None)),
            "required check on main",
            "wrong",
            "from any source",
        ),
        (
            both(unrequired, required("keyturn", app="actions")),
            "required check on main",
            "wrong",
            "from App 15368; keyturn works as",
        ),
        (
            both(lambda ward: ward.repo.branch("stage"), required("keyturn", branch="stage")),
            "required check on stage",
            "wrong",
            "requires `keyturn`, the verdict for `main`",
        ),
        (
            both(lambda ward: ward.repo.branch("stage"), required("keyturn: stage", branch="stage")),
            "required check on stage",
            "ok",
            "`keyturn: stage` is required on `stage`",
        ),
        (
            both(lambda ward: ward.repo.branch("stage"), ruled("deletion", "stage")),
            "required check on stage",
            "wrong",
            "does not require `keyturn: stage`",
        ),
        (
            replaced("rules.yml", "version: 1\n", "version: 1\nmode: observe\n"),
            "required check",
            "wrong",
            "`main` requires the verdict, and the rule book says `mode: observe`",
        ),
        (
            both(unrequired, replaced("rules.yml", "version: 1\n", "version: 1\nmode: observe\n")),
            "required check",
            "warning",
            "only observes",
        ),
        (both(unrequired, classic()), "required check on main", "warning", "its classic protection cannot be read"),
        # The ledger
        (ruled("creation", "~ALL"), "ledger writable", "wrong", "the ledger cannot be written"),
        (ruled("deletion", "keyturn-doctor-*"), "scratch branch", "warning", "could not be removed"),
        (without_rule("deletion", "keyturn-ledger"), "ledger branch", "warning", "from deletion"),
        (without_rule("non_fast_forward", "keyturn-ledger"), "ledger branch", "warning", "from force pushes"),
        (without_rule("update", "keyturn-ledger"), "ledger branch", "warning", "can append"),
        # Teams and quorum
        (
            replaced("rules.yml", "acme/platform", "acme/nobody"),
            "teams",
            "wrong",
            "`acme/nobody` cannot be read",
        ),
        (replaced("rules.yml", "teams: [acme/platform]", "users: [ann]"), "quorum of multi", "wrong", "1 could"),
        (replaced("rules.yml", "teams: [acme/platform]", "users: [ann, ben]"), "quorum of multi", "warning", "2 could"),
        (
            replaced("rules.yml", "teams: [acme/platform]", "users: [ann, ben, zoe]"),
            "quorum of multi",
            "warning",
            "2 could",
        ),
        (replaced("rules.yml", "permission: write", "permission: admin"), "quorum of single", "wrong", "0 could"),
        (replaced("rules.yml", ", teams: [acme/platform]", ""), "quorum of multi", "ok", "5 could approve, 2 must"),
        (replaced("rules.yml", "override: {users: [ann, ben]}\n", ""), "override", "warning", "nobody may"),
        (
            replaced("rules.yml", "unmatched: single\n", "unmatched: single\nagents: {authors: [ann, ben, cem]}\n"),
            "quorum of multi",
            "wrong",
            "1 could",
        ),
        # What the gate hears
        (replaced(GATE, "[keyturn-signal, ci]", "[keyturn-signal]"), "required check test", "wrong", "`ci` ends"),
        (replaced(GATE, "[keyturn-signal, ci]", "[keyturn-signal, CI]"), "gate workflow", "wrong", "`CI`"),
        (replaced(GATE, "[keyturn-signal, ci]", "[ci]"), "events", "wrong", "`pull_request_review`"),
        (removed(GATE), "gate workflow", "wrong", "no workflow"),
        (replaced("rules.yml", "[test]", "[tests]"), "required check tests", "warning", "no workflow"),
        (replaced("rules.yml", "[test]", "[{name: scan, app: sonar}]"), "required check scan", "warning", "sonar"),
        (
            replaced(".github/workflows/ci.yml", "  test:\n", "  test:\n    name: test (${{ matrix.python }})\n"),
            "required check test",
            "warning",
            "no workflow",
        ),
        # The sweep
        (removed(".github/workflows/keyturn-sweep.yml"), "last sweep", "wrong", "on a schedule"),
        (lambda ward: ward.repo.checks.workflow_runs.clear(), "last sweep", "wrong", "never run"),
        (lambda ward: ward.swept("failure"), "last sweep", "wrong", "ended in failure"),
        (lambda ward: ward.hub.clock.advance(hours=26), "last sweep", "warning", "the last sweep was on"),
        (
            lambda ward: ward.repo.checks.disabled_workflows.update(
                {".github/workflows/keyturn-sweep.yml": "disabled_inactivity"}
            ),
            "last sweep",
            "wrong",
            "switched off (disabled_inactivity)",
        ),
        # GitHub's own settings
        (reviews(required_approving_review_count=2), "reviews on main", "warning", "itself asks for 2 approvals"),
        (reviews(require_code_owner_review=True), "reviews on main", "warning", "code owners"),
        (
            reviews(required_approving_review_count=1, require_last_push_approval=False),
            "reviews on main",
            "warning",
            "whoever pushed last",
        ),
        (reviews(), "reviews on main", "warning", "can dismiss reviews"),
        (ruled("merge_queue"), "up to date on main", "ok", "has a merge queue"),
        (
            both(ruled("merge_queue"), replaced(SIGNAL, "merge_group", "push")),
            "up to date on main",
            "wrong",
            "no workflow starts on `merge_group`",
        ),
        (
            ruled(
                "required_status_checks",
                required_status_checks=[{"context": "test"}],
                strict_required_status_checks_policy=True,
            ),
            "up to date on main",
            "warning",
            "must be up to date",
        ),
        # The rule book, its tests and schemas
        (removed("rules.yml"), "rule book", "wrong", "there is no rule book"),
        (removed("rules.yml"), "tests of the rule book", "warning", "has no rule book to test"),
        (
            lambda ward: ward.repo.commit("main", {"rules.yml": Symlink("rules.test.yml")}),
            "rule book",
            "wrong",
            "rules.yml cannot be read",
        ),
        (
            lambda ward: ward.repo.commit("main", {"rules.test.yml": UNPLAYABLE}),
            "tests of the rule book",
            "wrong",
            "cannot be played",
        ),
        (replaced("rules.yml", "unmatched: single\n", ""), "rule book", "wrong", "rules.yml is refused"),
        (removed("rules.test.yml"), "tests of the rule book", "warning", "no tests"),
        (replaced("rules.test.yml", "tier: multi", "tier: single"), "tests of the rule book", "wrong", "1 of 1"),
        (replaced("rules.test.yml", "cases:", "case:"), "tests of the rule book", "wrong", "is refused"),
        (replaced("rules.yml", "# yaml-language-server", "# rules"), "schemas", "warning", "rules.yml names no schema"),
    ],
)
def test_doctor__finds_what_is_not_right(ward: Hospital, harm: Harm, name: str, state: str, told: str) -> None:
    """One thing is changed; the finding of that name says so, in this state, with why and how to mend it."""
    harm(ward)
    found = ward.findings()[name]
    (finding,) = [finding for finding in found if told in finding["what"]]
    assert finding["state"] == state
    if state != "ok":
        assert finding["why"]
        assert finding["mend"]


@pytest.mark.parametrize(
    ("words", "name", "state", "told"),
    [
        ({"contexts": {"keyturn": None}}, "required check on main", "wrong", "from any source"),
        ({"strict": True}, "up to date on main", "warning", "classic branch protection"),
        (
            {"reviews": {"required_approving_review_count": 0}},
            "reviews on main",
            "warning",
            "can dismiss reviews",
        ),
        (
            {"reviews": {"required_approving_review_count": 0, "require_code_owner_reviews": True}},
            "reviews on main",
            "warning",
            "code owners",
        ),
    ],
)
def test_doctor__reads_classic_protection_as_an_administrator(
    ward: Hospital, words: dict[str, object], name: str, state: str, told: str
) -> None:
    """An administrator's token sees the older kind of protection, too."""
    both(unrequired, classic(**words))(ward)
    found = ward.findings("--app", "keyturn-gate", token=ward.repo.user_token(ward.repo.maintainer))
    assert [finding["state"] for finding in found[name] if told in finding["what"]] == [state]


@pytest.mark.parametrize(
    ("scope", "level", "name"),
    [
        ("actions", None, "permission actions: read"),
        ("checks", None, "permission checks: read"),
        ("checks", "read", "permission checks: write"),
        ("issues", "read", "permission issues: write"),
        ("pull_requests", "read", "permission pull-requests: write"),
    ],
)
def test_doctor__finds_each_missing_permission(ward: Hospital, scope: str, level: str | None, name: str) -> None:
    """A permission that the token lacks is named, with GitHub's own refusal."""
    granted = {**ward.token.permissions, scope: level}
    token = ward.repo.app_token(permissions={key: value for key, value in granted.items() if value})  # type: ignore[misc]
    (finding,) = ward.findings(token=token)[name]
    assert finding["state"] == "wrong"
    assert "403" in finding["why"]


def test_doctor__tries_the_verdict_that_the_workflows_publish(ward: Hospital) -> None:
    """The App of the examples may write checks and only read statuses; --publish says otherwise."""
    token = ward.repo.app_token(permissions={**ward.token.permissions, "statuses": "read"})
    assert set().union(*ward.states(token=token).values()) == {"ok"}
    assert ward.states("--publish", "status", token=token)["permission statuses: write"] == {"wrong"}


def test_doctor__tries_a_status_where_no_workflow_says_otherwise(ward: Hospital) -> None:
    """Without the input `publish` the verdict is a status."""
    for path in (GATE, ".github/workflows/keyturn-sweep.yml"):
        replaced(path, "publish: check", "labels: false")(ward)
    token = ward.repo.app_token(permissions={**ward.token.permissions, "statuses": "read"})
    assert ward.states(token=token)["permission statuses: write"] == {"wrong"}


def test_doctor__says_as_whom_it_tried_to_write(ward: Hospital) -> None:
    """What a person may write says nothing of keyturn's App."""
    found = ward.findings("--app", "keyturn-gate", token=ward.repo.user_token(ward.repo.maintainer))
    assert f"tried as {ward.repo.maintainer.login}" in found["ledger writable"][0]["what"]
    assert f"tried as {ward.repo.maintainer.login}" in found["permissions"][0]["what"]


def test_doctor__finds_commits_that_github_does_not_sign(ward: Hospital) -> None:
    """A ledger of such commits would count for nothing."""

    def unsigned(answer: dict[str, Any]) -> dict[str, Any]:
        answer["commit"]["verification"]["verified"] = False
        return answer

    ward.hub.faults.edit_answer(unsigned, method="GET", path=f"/repos/acme/shop/commits/{'[0-9a-f]' * 40}")
    (finding,) = ward.findings()["ledger writable"]
    assert (finding["state"], "not signed by GitHub" in finding["what"]) == ("wrong", True)


def test_doctor__says_what_it_cannot_read(ward: Hospital) -> None:
    """Who has access, and how the sweep ended, is shown to some tokens only: then it is told that nobody knows."""
    replaced("rules.yml", ", teams: [acme/platform]", "")(ward)
    ward.hub.faults.status(403, path="/repos/acme/shop/collaborators", times=None)
    ward.hub.faults.status(403, path="/repos/acme/shop/actions/workflows/*", times=None)
    found = ward.findings()
    for name, told in (("quorum of multi", "cannot be read who"), ("last sweep", "cannot be read")):
        assert [(each["state"], told in each["what"]) for each in found[name]] == [("warning", True)]


def test_doctor__finds_a_ledger_that_the_token_may_not_write(ward: Hospital) -> None:
    """Without `contents: write` the ledger is wrong, and the reason is GitHub's."""
    token = ward.repo.app_token(permissions={**ward.token.permissions, "contents": "read"})
    (finding,) = ward.findings(token=token)["ledger writable"]
    assert finding["state"] == "wrong"
    assert "contents: write" in finding["why"]


def test_doctor__calls_the_workflows_own_token_advisory(ward: Hospital) -> None:
    """With the token that every workflow has, pinned to Actions, the gate is advisory, and teams cannot be read."""
    both(unrequired, required("keyturn", app="actions"))(ward)
    found = ward.findings(token=ward.repo.workflow_token())
    assert found["own App"][0]["state"] == "warning"
    assert "advisory" in found["own App"][0]["what"]
    assert found["required check on main"][0]["state"] == "ok"
    assert found["teams"][0]["state"] == "wrong"


def test_doctor__calls_workflows_without_an_apps_token_advisory(ward: Hospital) -> None:
    """A person sees it in the workflows: a step that runs keyturn without a token of its own."""
    replaced(GATE, "github-token: ${{ steps.app.outputs.token }}\n", "rules-path: rules.yml\n")(ward)
    (finding,) = ward.findings("--app", "keyturn-gate")["own App"]
    assert finding["state"] == "warning"
    assert GATE in finding["what"]


def test_doctor__asks_a_person_which_app_it_is(ward: Hospital) -> None:
    """A person's token does not tell as which App keyturn works; --app does."""
    token = ward.repo.user_token(ward.repo.maintainer)
    unsaid = ward.findings(token=token)
    assert unsaid["own App"][0]["state"] == unsaid["required check on main"][0]["state"] == "warning"
    assert "--app" in unsaid["required check on main"][0]["mend"]
    said = ward.states("--app", "keyturn-gate", token=token)
    assert said["own App"] == said["required check on main"] == {"ok"}


def test_doctor__tells_people_what_is_wrong_and_how_to_mend_it(ward: Hospital) -> None:
    """The text names the repository, each finding, why and how to mend it, and counts."""
    removed("rules.test.yml")(ward)
    unrequired(ward)
    code, out, _ = ward.run()
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == "The set-up of acme/shop"
    place = lines.index("  WRONG   required check on main: `main`, the default branch, is not protected")
    assert lines[place + 1].startswith("          why: Nothing on GitHub waits")
    assert lines[place + 2].startswith("          mend: Settings, Rules, Rulesets")
    assert lines[-1] == "1 wrong, 1 warning, 13 ok"


def test_doctor__warnings_alone_are_no_failure(ward: Hospital) -> None:
    """The exit code is 1 only for what is wrong."""
    removed("rules.test.yml")(ward)
    assert ward.run()[0] == 0


def test_doctor__a_repository_that_cannot_be_seen(ward: Hospital) -> None:
    """What cannot be read at all is told in GitHub's words."""
    ward.repo.private = True
    code, out, err = ward.run(token=ward.repo.user_token(ward.repo.user("zoe")))
    assert (code, out) == (1, "")
    assert "Could not resolve to a Repository" in err


@pytest.mark.parametrize("arguments", [["--format", "xml"], ["--publish", "mail"]])
def test_doctor__bad_usage(ward: Hospital, arguments: list[str]) -> None:
    """What the user can mend in the call ends with 2, before GitHub is asked."""
    assert ward.run(*arguments)[0] == 2
    assert ward.hub.requests == []


def test_doctor__an_app_that_cannot_be_seen(ward: Hospital) -> None:
    """A name that GitHub does not know is said to be unknown."""
    (finding,) = ward.findings("--app", "nobody", "--read-only")["own App"]
    assert (finding["state"], finding["what"]) == ("warning", "no App `nobody` can be seen")


def test_doctor__a_repository_without_anything(ward: Hospital) -> None:
    """Before anything is set up, it says what is missing instead of failing."""
    ward.repo.commit("main", dict.fromkeys(path for path in ward.repo.files("main") if path != "README.md"))
    ward.repo.rules.rules.clear()
    states = ward.states("--read-only")
    assert states["rule book"] == states["gate workflow"] == states["last sweep"] == {"wrong"}
    assert states["required check on main"] == {"wrong"}
