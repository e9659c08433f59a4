"""Everything a gate asks of a pull request, over GraphQL."""

from tests.github_server.state.git_store import Symlink
from tests.github_server.state.repository import Repository
from tests.github_server_tests.asking import ACTOR, PULL, Ask, read_pull


def test_author__of_a_bot_has_no_ending(repo: Repository, ask: Ask) -> None:
    """GraphQL names a bot without `[bot]`, and says that it is one."""
    bot = repo.bot("agent")
    pull = repo.pull_request(author=bot, files={"a": "a"})

    assert read_pull(ask, repo, pull.number, f"author {{ {ACTOR} }}") == {
        "author": {"__typename": "Bot", "login": "agent", "databaseId": bot.id}
    }


def test_author__of_a_deleted_account_is_null(repo: Repository, ask: Ask) -> None:
    """What a ghost wrote has no author."""
    ann = repo.user("ann", role="write")
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    pull.approve(ann)
    ann.deleted = True

    found = read_pull(ask, repo, pull.number, "reviews(first: 1) { nodes { state author { login } } }")

    assert found == {"reviews": {"nodes": [{"state": "APPROVED", "author": None}]}}


def test_commits__people_are_users_and_bots_are_not(repo: Repository, ask: Ask) -> None:
    """A commit's authors are its author and its co-authors; `user` is null for a bot and for nobody's address."""
    ann, bot = repo.user("ann", role="write"), repo.bot("agent")
    pull = repo.pull_request(author=bot, files={"a": "a"})
    pull.push({"b": "b"}, author=("Eve", "eve@nowhere.example"), coauthors=[ann])
    pull.push({"c": "c"}, author=ann, signed=True)

    found = read_pull(
        ask,
        repo,
        pull.number,
        """commits(first: 100) { totalCount nodes { commit {
             authors(first: 10) { nodes { email user { login } } } committer { email user { login } }
             signature { isValid state wasSignedByGitHub } parents(first: 3) { totalCount } } } }""",
    )

    one, two, three = (node["commit"] for node in found["commits"]["nodes"])
    assert one["authors"]["nodes"] == [{"email": bot.noreply, "user": None}]
    assert two["authors"]["nodes"] == [
        {"email": "eve@nowhere.example", "user": None},
        {"email": ann.noreply, "user": {"login": "ann"}},
    ]
    assert two["signature"] is None
    assert three["committer"] == {"email": "noreply@github.com", "user": {"login": "web-flow"}}
    assert three["signature"] == {"isValid": True, "state": "VALID", "wasSignedByGitHub": True}
    assert three["parents"] == {"totalCount": 1}


def test_files__change_types(repo: Repository, ask: Ask) -> None:
    """Files are added, deleted, modified, renamed, copied or changed in kind."""
    repo.finds_copies = True
    text = "".join(f"{number}\n" for number in range(9))
    repo.commit("main", {"gone": "x\n", "old": text, "edited": "1\n2\n", "kind": "k\n", "source": f"{text}s\n"})
    pull = repo.pull_request(
        author=repo.bot("agent"),
        files={
            "gone": None,
            "old": None,
            "new": text,
            "edited": "1\n3\n",
            "kind": Symlink("edited"),
            "source": "all new\n",
            "copy": f"{text}s\n",
            "fresh": "f\n",
        },
    )

    found = read_pull(
        ask, repo, pull.number, "changedFiles files(first: 100) { nodes { path changeType additions deletions } }"
    )

    assert {each["path"]: each["changeType"] for each in found["files"]["nodes"]} == {
        "copy": "COPIED",
        "edited": "MODIFIED",
        "fresh": "ADDED",
        "gone": "DELETED",
        "kind": "CHANGED",
        "new": "RENAMED",
        "source": "MODIFIED",
    }
    assert found["changedFiles"] == 7
    assert next(each for each in found["files"]["nodes"] if each["path"] == "edited") == {
        "path": "edited",
        "changeType": "MODIFIED",
        "additions": 1,
        "deletions": 1,
    }


def test_files__paged_by_cursor(repo: Repository, ask: Ask) -> None:
    """Pages follow each other forwards and backwards without gap or overlap."""
    pull = repo.pull_request(author=repo.bot("agent"), files={f"{number:03}": "x" for number in range(250)})
    page = "files(%s) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { path } }"
    found = read_pull(ask, repo, pull.number, page % "first: 100")["files"]
    seen = [each["path"] for each in found["nodes"]]
    while found["pageInfo"]["hasNextPage"]:
        after = found["pageInfo"]["endCursor"]
        found = read_pull(ask, repo, pull.number, page % f'first: 100, after: "{after}"')["files"]
        seen += [each["path"] for each in found["nodes"]]

    assert seen == [f"{number:03}" for number in range(250)]
    assert found["totalCount"] == 250
    before = f', before: "{found["pageInfo"]["startCursor"]}"'
    back = read_pull(ask, repo, pull.number, page % f"last: 100{before}")["files"]
    assert [each["path"] for each in back["nodes"]] == [f"{number:03}" for number in range(100, 200)]


def test_rollup__null_without_checks(repo: Repository, ask: Ask) -> None:
    """A commit of which nothing is said has no rollup."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})

    found = read_pull(ask, repo, pull.number, "commits(last: 1) { nodes { commit { statusCheckRollup { state } } } }")

    assert found["commits"]["nodes"] == [{"commit": {"statusCheckRollup": None}}]


def test_rollup__runs_and_statuses(repo: Repository, ask: Ask) -> None:
    """The rollup lists every check run and the newest status of each context."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    pull.check_run("test", "success", workflow="ci", event="pull_request")
    pull.check_run("scan", None, app="scanner")
    pull.status("keyturn", "pending")
    pull.status("keyturn", "success", description="approved")

    found = read_pull(
        ask,
        repo,
        pull.number,
        """commits(last: 1) { nodes { commit { statusCheckRollup { state contexts(first: 100) { totalCount nodes {
             ... on CheckRun { name status conclusion checkSuite { app { slug databaseId } workflowRun { event
               workflow { name resourcePath } } } }
             ... on StatusContext { context state description creator { __typename login } } } } } } } }""",
    )

    rollup = found["commits"]["nodes"][0]["commit"]["statusCheckRollup"]
    assert rollup["state"] == "PENDING"
    assert rollup["contexts"] == {
        "totalCount": 3,
        "nodes": [
            {
                "name": "test",
                "status": "COMPLETED",
                "conclusion": "SUCCESS",
                "checkSuite": {
                    "app": {"slug": "github-actions", "databaseId": 15368},
                    "workflowRun": {
                        "event": "pull_request",
                        "workflow": {"name": "ci", "resourcePath": "/acme/shop/actions/workflows/ci.yml"},
                    },
                },
            },
            {
                "name": "scan",
                "status": "IN_PROGRESS",
                "conclusion": None,
                "checkSuite": {"app": {"slug": "scanner", "databaseId": 900001}, "workflowRun": None},
            },
            {
                "context": "keyturn",
                "state": "SUCCESS",
                "description": "approved",
                "creator": {"__typename": "User", "login": "acme-maintainer"},
            },
        ],
    }


def test_team__forbidden_to_a_token_that_cannot_read_members(repo: Repository, ask: Ask) -> None:
    """A team that was asked for review is refused to the workflow's token, and shown to an App that reads members."""
    team = repo.team("acme/platform", repo.user("ann", role="write"))
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    pull.request_review(team)
    query = (
        PULL % "reviewRequests(first: 9) { totalCount nodes { requestedReviewer { ... on Team { combinedSlug } } } }"
    )

    hidden = ask(repo.workflow_token(), query, number=pull.number)
    shown = ask(repo.app_token(), query, number=pull.number)

    requests = hidden["data"]["repository"]["pullRequest"]["reviewRequests"]
    assert requests == {"totalCount": 1, "nodes": [{"requestedReviewer": None}]}
    (error,) = hidden["errors"]
    assert (error["type"], error["path"][-3:]) == ("FORBIDDEN", ["nodes", 0, "requestedReviewer"])
    requests = shown["data"]["repository"]["pullRequest"]["reviewRequests"]
    assert requests["nodes"] == [{"requestedReviewer": {"combinedSlug": "acme/platform"}}]
