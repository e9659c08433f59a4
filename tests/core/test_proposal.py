"""What a pull request's manifests say, or why they cannot be taken at their word."""

import pytest

from keyturn.core.decision import Outcome
from keyturn.core.facts import Account
from keyturn.core.inquiry import Inquiry, Wanted
from keyturn.core.manifest import FileKind, ManifestFile
from keyturn.core.proposal import Proposal, propose
from tests.support.build import action, bot, facts, judged, manifest, manifest_of, person, review

SECOND = ".agent/manifests/y.json"
BROKEN = manifest_of("{}", path=SECOND)


def proposed(*files: ManifestFile, **changes: object) -> tuple[Proposal, Wanted]:
    """What these manifests say, and whom to look up for it."""
    given = facts(manifests=files, **changes)
    inquiry = Inquiry(given)
    return propose(given, inquiry), inquiry.wanted()


def test_propose__no_manifest() -> None:
    """Without a manifest nothing is said, and nothing is wrong."""
    found, wanted = proposed()
    assert found.missing
    assert (found.manifests, found.problems, found.requesters) == ((), (), ())
    assert found.digest is not None
    assert not wanted


def test_propose__manifests_in_path_order() -> None:
    """Manifests come in path order; the requesters of all of them count, each once."""
    files = manifest(path=SECOND, requested_by="bob"), manifest(requested_by="ann")
    found, _ = proposed(*files, manifest(path=".agent/manifests/z.json", requested_by="ann"))
    assert [read.path[-6:] for read in found.manifests] == ["x.json", "y.json", "z.json"]
    assert found.requesters == ("ann", "bob")
    assert not found.missing
    assert proposed(*files)[0].digest == proposed(*reversed(files))[0].digest


def test_propose__a_refused_manifest_frees_nobody() -> None:
    """Where one manifest is refused all are, but the requesters of those that can be read still do not count."""
    found, _ = proposed(manifest(requested_by="ann"), BROKEN)
    assert (found.manifests, found.digest, found.requesters) == ((), None, ("ann",))
    assert found.problems
    assert not found.missing
    told = judged(facts(manifests=(manifest(requested_by="ann"), BROKEN), reviews=(review("ann"),))).decision
    assert told.outcome is Outcome.INVALID


@pytest.mark.parametrize("kind", [FileKind.SYMLINK, FileKind.SUBMODULE, FileKind.OTHER])
def test_propose__only_regular_files(kind: FileKind) -> None:
    """A manifest that is no regular file is refused."""
    assert proposed(manifest(kind=kind))[0].problems


@pytest.mark.parametrize(("account", "refused"), [(person("octocat"), False), (bot("octocat"), True), (None, True)])
def test_propose__requesters_are_people(account: Account | None, *, refused: bool) -> None:
    """A requester that is no person's account makes the manifest invalid; who it names is still excluded."""
    found, wanted = proposed(manifest(), people={"octocat": account})
    assert bool(found.problems) is refused
    assert bool(found.manifests) is not refused
    assert (found.digest is None) is refused
    assert found.requesters == ("octocat",)
    assert not wanted


def test_propose__every_requester_is_looked_up() -> None:
    """Requesters that nobody has looked up are asked for, and let be until then; offline nobody is."""
    files = (
        manifest(),
        manifest(path=SECOND, requested_by=None),
        manifest(path=".agent/manifests/z.json", requested_by="Zoe"),
    )
    found, wanted = proposed(*files, people={})
    assert (found.problems, wanted) == ((), Wanted(people=frozenset({"octocat", "Zoe"})))
    assert proposed(*files, people={}, number=None)[1] == Wanted()
    assert proposed(*files, people={"octocat": None}, number=None)[0].problems == ()


def test_propose__digest_is_of_the_actions_alone() -> None:
    """The digest covers the actions of all manifests, and nothing else about them."""
    one, _ = proposed(manifest())
    assert proposed(manifest(requested_by="ann", agent="x"))[0].digest == one.digest
    assert proposed(manifest(action(description="Other.")))[0].digest != one.digest
    assert proposed(manifest(), manifest(path=SECOND))[0].digest == proposed(manifest(action(), action()))[0].digest
