"""Check runs and commit statuses of a commit, as the core wants them, and keyturn's verdicts among them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from keyturn.core.chain import anchor_in
from keyturn.core.facts import Account, AccountKind, Check, CheckState
from keyturn.core.verdict import VerdictState, verdict_name
from keyturn.github.accounts import Viewer, account
from keyturn.github.fields import Fields
from keyturn.ports import PublishedVerdict
from keyturn.settings import OwnRun, Publish, Settings

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STATUS: Final = {
    "SUCCESS": VerdictState.SUCCESS,
    "PENDING": VerdictState.PENDING,
    "EXPECTED": VerdictState.PENDING,
    "FAILURE": VerdictState.FAILURE,
}
_LETS_PASS: Final = {"SUCCESS", "NEUTRAL", "SKIPPED"}
"""The conclusions with which a check run meets GitHub's own requirement."""


def own_names(check_name: str, base: str, default_branch: str) -> tuple[str, str]:
    """The names of the verdicts of a pull request into this base, enforced and observed."""
    return (
        verdict_name(check_name, base, default_branch, observe=False),
        verdict_name(check_name, base, default_branch, observe=True),
    )


class Names(Struct, frozen=True):
    """The names that keyturn's verdicts carry; GitHub compares them without case."""

    check_name: str

    def canonical(self, name: str, base: str, default_branch: str) -> str | None:
        """The name as keyturn writes it for a pull request into this base; `None` where it is no verdict's."""
        for own in own_names(self.check_name, base, default_branch):
            if name.casefold() == own.casefold():
                return own
        start, rest = name[: len(self.check_name)], name[len(self.check_name) :]
        is_verdict = start.casefold() == self.check_name.casefold() and (
            rest.casefold() in ("", " (observe)") or rest.startswith(": ")
        )
        return f"{self.check_name}{rest.casefold() if not rest.startswith(': ') else rest}" if is_verdict else None


class CheckReader(Struct, frozen=True, kw_only=True):
    """Tells keyturn's own verdicts and job from everything else that is said of a commit."""

    viewer: Viewer
    names: Names
    run: OwnRun
    publish: Publish

    @staticmethod
    def of(viewer: Viewer, settings: Settings) -> "CheckReader":
        """For this account and these settings."""
        return CheckReader(
            viewer=viewer, names=Names(settings.check_name), run=settings.own_run, publish=settings.publish
        )

    def checks(self, contexts: Iterable[Fields], base: str, default_branch: str) -> tuple[Check, ...]:
        """Everything that stands on the commit."""
        return tuple(self._check(context, base, default_branch) for context in contexts)

    def verdicts(self, contexts: Iterable[Fields], base: str, default_branch: str) -> tuple[PublishedVerdict, ...]:
        """All verdicts under keyturn's names, statuses and check runs, whoever made them."""
        found = []
        for context in contexts:
            name = self.names.canonical(_name(context), base, default_branch)
            if name is not None:
                found.append(self._of_run(context, name) if _is_run(context) else self._of_status(context, name))
        return tuple(found)

    def standing(self, verdicts: Iterable[PublishedVerdict]) -> tuple[PublishedVerdict, ...]:
        """The newest verdict of each name, of the kind that this set-up publishes."""
        newest: dict[str, PublishedVerdict] = {}
        for verdict in verdicts:
            if (verdict.id is not None) is (self.publish is Publish.CHECK):
                there = newest.get(verdict.name)
                if there is None or (verdict.id or 0, verdict.at) > (there.id or 0, there.at):
                    newest[verdict.name] = verdict
        return tuple(newest[name] for name in sorted(newest))

    def _check(self, context: Fields, base: str, default_branch: str) -> Check:
        name = _name(context)
        verdict = self.names.canonical(name, base, default_branch)
        # Under the very names of this base nobody else's word is a check: it is forged, or left by another set-up.
        is_reserved = verdict in own_names(self.names.check_name, base, default_branch)
        if not _is_run(context):
            own = is_reserved or (verdict is not None and self.viewer.is_account(account(context.maybe("creator"))))
            state = _status_state(context)
            return Check(name=name, state=_of_verdict(state), order=(context.time("createdAt"), 0), own=own)
        app = _app(context)
        workflow_run = context.maybe("checkSuite", "workflowRun")
        check = Check(
            name=name,
            state=_run_state(context),
            order=_order(context),
            app=app,
            workflow=workflow_run.at("workflow").text("name") if workflow_run else None,
            event=workflow_run.text("event") if workflow_run else None,
            run=workflow_run.whole_or_none("databaseId") if workflow_run else None,
        )
        own = is_reserved or (verdict is not None and self.viewer.is_app_slug(app)) or self._is_own_job(check)
        return replace(check, own=True) if own else check

    def _is_own_job(self, check: Check) -> bool:
        """Whether this is the job that keyturn runs in.

        In its own run that is the job of its id, or, since jobs may carry other names, any that has not ended: no job
        can wait for the run that it is part of. In other runs of the workflow it is the job of its id.
        """
        if check.run is None:
            return False
        if check.run == self.run.id:
            return check.name == self.run.job or check.state is CheckState.PENDING
        return check.workflow == self.run.workflow and check.name == self.run.job

    def _of_status(self, context: Fields, name: str) -> PublishedVerdict:
        creator = account(context.maybe("creator"))
        return PublishedVerdict(
            name=name,
            state=_status_state(context),
            description=context.text_or_none("description") or "",
            anchor=anchor_in(context.text_or_none("targetUrl")),
            own=self.viewer.is_account(creator),
            creator=creator,
            at=context.time("createdAt"),
        )

    def _of_run(self, context: Fields, name: str) -> PublishedVerdict:
        app = _app(context)
        return PublishedVerdict(
            name=name,
            state=_verdict_of_run(context),
            description=context.text_or_none("title") or "",
            anchor=anchor_in(context.text_or_none("externalId")),
            own=self.viewer.is_app_slug(app),
            creator=Account(f"{app}[bot]", AccountKind.BOT) if app is not None else None,
            at=context.time_or_none("completedAt") or context.time_or_none("startedAt") or _EPOCH,
            id=context.whole_or_none("databaseId") or 0,
        )


def _is_run(context: Fields) -> bool:
    return context.text("__typename") == "CheckRun"


def _name(context: Fields) -> str:
    return context.text("name" if _is_run(context) else "context")


def _app(context: Fields) -> str | None:
    app = context.maybe("checkSuite", "app")
    return app.text("slug") if app is not None else None


def _order(run: Fields) -> tuple[datetime, int]:
    """By id, which rises with time; the times of a check run are whatever its maker says they are."""
    number = run.whole_or_none("databaseId")
    return (_EPOCH, number) if number is not None else (run.time_or_none("startedAt") or _EPOCH, 0)


def _status_state(context: Fields) -> VerdictState:
    return _STATUS.get(context.text("state"), VerdictState.ERROR)


def _run_state(run: Fields) -> CheckState:
    if run.text("status") != "COMPLETED":
        return CheckState.PENDING
    return CheckState.SUCCESS if run.text_or_none("conclusion") == "SUCCESS" else CheckState.FAILED


def _verdict_of_run(run: Fields) -> VerdictState:
    if run.text("status") != "COMPLETED":
        return VerdictState.PENDING
    return VerdictState.SUCCESS if run.text_or_none("conclusion") in _LETS_PASS else VerdictState.FAILURE


def _of_verdict(state: VerdictState) -> CheckState:
    if state is VerdictState.SUCCESS:
        return CheckState.SUCCESS
    return CheckState.PENDING if state is VerdictState.PENDING else CheckState.FAILED
