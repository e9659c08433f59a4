"""A pull request that lives in memory: steps change it, and its facts can be had at any moment."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from keyturn.core.facts import (
    Account,
    BaseChange,
    BaseChangeKind,
    Check,
    CheckState,
    Comment,
    Commit,
    Dismissal,
    Facts,
    FileVersion,
    Identity,
    PullRequestState,
    Review,
    ReviewState,
    Role,
    Rules,
)
from keyturn.core.rules_in_force import RulesInForce, read_rules
from keyturn.simulation.cases_form import PeopleForm, PullRequestForm
from keyturn.simulation.content import after_push, files_of, manifest_of
from keyturn.simulation.content_form import ContentForm
from keyturn.simulation.impossible import Impossible
from keyturn.simulation.names import account, identity, oid_of
from keyturn.simulation.step_form import CheckResultForm, CommentForm, PushForm, ReviewForm, StepForm
from keyturn.simulation.suite import Step
from keyturn.simulation.terms import Becomes, Outage, Result, RuleBookBecomes, Says

_STATES = {
    Result.SUCCESS: CheckState.SUCCESS,
    Result.PENDING: CheckState.PENDING,
    Result.FAILURE: CheckState.FAILED,
}


_CONFLICT = b"\n<<<<<<< HEAD\n"
"""What a merge that went wrong leaves in a rule book."""


class _Pushed(Struct, frozen=True):
    """A commit with all that came before it, who pushed it, and what the pull request holds there."""

    oid: str
    commits: tuple[Commit, ...]
    by: Account
    content: ContentForm


@dataclass(slots=True)
class World:
    """One pull request, the people around it, and what it is judged by."""

    people: PeopleForm
    opened: PullRequestForm
    rules: FileVersion
    base: str = field(init=False)
    state: PullRequestState = PullRequestState.OPEN
    draft: bool = field(init=False)
    closed_at: datetime | None = None
    labels: set[str] = field(init=False)
    current: _Pushed | None = None
    known: dict[str, _Pushed] = field(default_factory=dict)
    reviews: list[Review] = field(default_factory=list)
    dismissals: list[Dismissal] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    checks: dict[str, list[Check]] = field(default_factory=dict)
    base_changes: list[BaseChange] = field(default_factory=list)
    default_branch: str = "main"
    outage: Outage | None = None
    rules_now: Rules = field(init=False)
    rules_in_force: RulesInForce = field(init=False)

    def __post_init__(self) -> None:
        """Open it."""
        self._rule_book(RuleBookBecomes.RESTORED)
        self.base, self.labels = self.opened.base, set(self.opened.labels)
        self.draft = self.opened.state is Becomes.DRAFT

    def apply(self, step: Step) -> None:
        """Let a step happen. Raises Impossible where it cannot."""
        self._happen(step.form, step.at)
        self._say(step.form, step.at)
        if step.form.rule_book is not None:
            self._rule_book(step.form.rule_book)
        elif step.form.outage is not None:
            self.outage = step.form.outage if step.form.outage is not Outage.OVER else None

    def _happen(self, form: StepForm, at: datetime) -> None:
        """What changes the pull request itself."""
        if form.push is not None:
            self._push(form.push)
        elif form.check is not None:
            self._check(form.check, at)
        elif form.label is not None:
            self.labels.add(form.label)
        elif form.retarget is not None:
            by = form.retarget.by
            kind = BaseChangeKind.RETARGETED if by is not None else BaseChangeKind.AUTOMATIC
            self.base = form.retarget.to
            self.base_changes.append(BaseChange(kind, at, account(by) if by is not None else None))
        elif form.base_force_pushed_by is not None:
            self.base_changes.append(BaseChange(BaseChangeKind.FORCE_PUSHED, at, account(form.base_force_pushed_by)))
        elif form.becomes is not None:
            self._become(form.becomes, at)

    def _say(self, form: StepForm, at: datetime) -> None:
        """What people say about it."""
        if form.review is not None:
            self._review(form.review, at)
        elif form.comment is not None:
            self._comment(form.comment, at)
        elif form.edit is not None:
            self._edit(form.edit.comment_of)
        elif form.dismissal is not None:
            self._dismiss(form.dismissal.review_of, account(form.dismissal.by), at)

    @property
    def head(self) -> str:
        """The full name of the current head commit. Raises Impossible before the first push."""
        return self._pushed().oid

    def facts(self) -> Facts:
        """Everything as it stands now. Raises Impossible before the first push."""
        pushed = self._pushed()
        manifest, files = manifest_of(pushed.content), files_of(pushed.content)
        return Facts(
            repository="acme/shop",
            number=1,
            state=self.state,
            draft=self.draft,
            author=account(self.opened.author),
            closed_at=self.closed_at,
            head=pushed.oid,
            head_branch=self.opened.branch,
            base=self.base,
            default_branch=self.default_branch,
            labels=frozenset(self.labels),
            files=files,
            file_count=len(files),
            commits=pushed.commits,
            commit_count=len(pushed.commits),
            manifests=() if manifest is None else (manifest,),
            rules_path=PurePosixPath(self.rules.path).name,
            rules=self.rules_now,
            reviews=tuple(self.reviews),
            dismissals=tuple(self.dismissals),
            comments=tuple(self.comments),
            base_changes=tuple(self.base_changes),
            checks=tuple(self.checks.get(pushed.oid, ())),
            roles={login.casefold(): Role[access.name] for login, access in self.people.people.items()},
            teams={team.casefold(): frozenset(map(str.casefold, who)) for team, who in self.people.teams.items()},
            pusher=pushed.by,
            runs=(),
            advisory=False,
        )

    def _rule_book(self, becomes: RuleBookBecomes) -> None:
        """Change the rule book on the default branch; the one of the test case is its newest valid version."""
        path = PurePosixPath(self.rules.path).name
        current = {
            RuleBookBecomes.RESTORED: self.rules,
            RuleBookBecomes.BROKEN: FileVersion(path, (self.rules.content or b"") + _CONFLICT),
            RuleBookBecomes.MISSING: None,
        }[becomes]
        self.rules_now = Rules(current, older=() if becomes is RuleBookBecomes.RESTORED else (self.rules,))
        self.rules_in_force = read_rules(self.rules_now, path)

    def _pushed(self) -> _Pushed:
        if self.current is None:
            msg = "nothing was pushed yet"
            raise Impossible(msg)
        return self.current

    def _push(self, push: PushForm) -> None:
        before = self.known.get(push.commit)
        by = account(push.by or self.opened.author)
        if before is None:
            said = self.current.content if self.current is not None else ContentForm()
            parts = [identity(author) for author in push.authors] or [Identity(by.login, "", by)]
            oid = oid_of("commit", push.commit)
            commit = Commit(oid=oid, authors=tuple(parts), committer=parts[0], signed_by_github=False)
            earlier = self.current.commits if self.current is not None else ()
            before = _Pushed(oid, (*earlier, commit), by, after_push(said, push))
        self.current = self.known[push.commit] = replace(before, by=by)

    def _review(self, review: ReviewForm, at: datetime) -> None:
        seen = self._pushed() if review.commit is None else self.known.get(review.commit)
        if seen is None:
            msg = f"nobody pushed a commit called {review.commit}"
            raise Impossible(msg)
        number = len(self.reviews) + 1
        said = ReviewState.APPROVED if review.says is Says.APPROVE else ReviewState.CHANGES_REQUESTED
        self.reviews.append(
            Review(
                id=f"review-{number}",
                number=number,
                author=account(review.by),
                state=said,
                submitted_at=at,
                commit=seen.oid,
                body=self._with_head(review.text),
            )
        )

    def _comment(self, comment: CommentForm, at: datetime) -> None:
        number = len(self.comments) + 1
        body = self._with_head(comment.text)
        self.comments.append(
            Comment(id=f"comment-{number}", number=number, author=account(comment.by), body=body, created_at=at)
        )

    def _with_head(self, text: str) -> str:
        return text.replace("{head}", self.head)

    def _edit(self, login: str) -> None:
        place = _newest((comment.author for comment in self.comments), login, "comment")
        self.comments[place] = replace(self.comments[place], edited=True)

    def _dismiss(self, login: str, by: Account, at: datetime) -> None:
        place = _newest((review.author for review in self.reviews), login, "review")
        review = self.reviews[place]
        self.reviews[place] = replace(review, state=ReviewState.DISMISSED)
        self.dismissals.append(Dismissal(review=review.id, by=by, at=at, previous=review.state))

    def _check(self, check: CheckResultForm, at: datetime) -> None:
        results = self.checks.setdefault(self._pushed().oid, [])
        order = (at, len(results))
        results.append(Check(name=check.name, state=_STATES[check.result], order=order, app=check.app))

    def _become(self, what: Becomes, at: datetime) -> None:
        if what in {Becomes.DRAFT, Becomes.READY}:
            self.draft = what is Becomes.DRAFT
        else:
            self.state = PullRequestState.MERGED if what is Becomes.MERGED else PullRequestState.CLOSED
            self.closed_at = at


def _newest(authors: Iterable[Account | None], login: str, what: str) -> int:
    places = [place for place, author in enumerate(authors) if author == account(login)]
    if not places:
        msg = f"{login} wrote no {what}"
        raise Impossible(msg)
    return places[-1]
