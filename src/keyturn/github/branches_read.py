"""Reads what protects the branches of a repository: rulesets, and classic protection where the token may see it."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from keyturn.doctor.setup import Branch, RequiredCheck, ReviewRule
from keyturn.github.client import Client
from keyturn.github.fields import Fields, objects
from keyturn.github.refusals import Refusal

_UNREADABLE: Final = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
_CLASSIC: Final = "classic branch protection"


class BranchReader(Struct, frozen=True):
    """Reads the protection of branches. Raises `Unavailable` where GitHub refuses what everybody may read."""

    client: Client

    def protected(self) -> tuple[Branch, ...]:
        """Every protected branch, by name."""
        path = f"{self.client.home}/branches"
        pages = self.client.pages(path, parameters={"protected": "true"})
        found = [branch for page in pages for branch in objects(page, "the branches")]
        return tuple(self._branch(branch.text("name")) for branch in found if branch.flag("protected"))

    def kinds(self, branch: str) -> frozenset[str]:
        """The kinds of the rules that hold for a branch, whether it exists or not."""
        return frozenset(rule.text("type") for rule in self._rules(branch))

    def _branch(self, name: str) -> Branch:
        rules = list(self._rules(name))
        classic, unread = self._classic(name)
        strict = [_source(rule) for rule in rules if _is_strict(rule)]
        if classic is not None:
            status = classic.maybe("required_status_checks")
            strict += [_CLASSIC] if status is not None and status.members.get("strict") is True else []
        return Branch(
            name=name,
            checks=(*(check for rule in rules for check in _checks(rule)), *_classic_checks(classic)),
            reviews=(*(review for rule in rules for review in _reviews(rule)), *_classic_reviews(classic)),
            strict=tuple(strict),
            merge_queue=any(rule.text("type") == "merge_queue" for rule in rules),
            kinds=frozenset(rule.text("type") for rule in rules),
            classic_unread=unread,
        )

    def _rules(self, branch: str) -> Iterator[Fields]:
        for page in self.client.pages(f"{self.client.home}/rules/branches/{quote(branch, safe='')}"):
            yield from objects(page, f"the rules for {branch}")

    def _classic(self, branch: str) -> tuple[Fields | None, bool]:
        """The classic protection, `None` where there is none; and whether there is one that may not be read."""
        quoted = quote(branch, safe="")
        try:
            path = f"{self.client.home}/branches/{quoted}/protection"
            return Fields.of(self.client.rest("GET", path), f"the protection of {branch}"), False
        except Refusal as refused:
            if refused.status not in _UNREADABLE:
                raise
            if "not protected" in refused.said.lower():
                return None, False
        shown = Fields.of(self.client.rest("GET", f"{self.client.home}/branches/{quoted}"), f"the branch {branch}")
        protection = shown.maybe("protection")
        return None, protection is not None and protection.members.get("enabled") is True


def _source(rule: Fields) -> str:
    return f"ruleset {rule.whole_or_none('ruleset_id') or ''}".rstrip()


def _is_strict(rule: Fields) -> bool:
    parameters = rule.maybe("parameters")
    return parameters is not None and parameters.members.get("strict_required_status_checks_policy") is True


def _checks(rule: Fields) -> Iterator[RequiredCheck]:
    parameters = rule.maybe("parameters")
    if rule.text("type") != "required_status_checks" or parameters is None:
        return
    for check in parameters.each("required_status_checks"):
        yield RequiredCheck(check.text("context"), check.whole_or_none("integration_id"), _source(rule))


def _classic_checks(protection: Fields | None) -> Iterator[RequiredCheck]:
    status = None if protection is None else protection.maybe("required_status_checks")
    if status is None or "checks" not in status.members:
        return
    for check in status.each("checks"):
        app = check.members.get("app_id")
        # GitHub writes -1 for "any source".
        pinned = app if isinstance(app, int) and app > 0 else None
        yield RequiredCheck(check.text("context"), pinned, _CLASSIC)


def _reviews(rule: Fields) -> Iterator[ReviewRule]:
    parameters = rule.maybe("parameters")
    if rule.text("type") != "pull_request" or parameters is None:
        return
    limits = parameters.maybe("dismissal_restriction")
    yield ReviewRule(
        source=_source(rule),
        approvals=parameters.whole_or_none("required_approving_review_count") or 0,
        code_owners=parameters.members.get("require_code_owner_review") is True,
        last_push=parameters.members.get("require_last_push_approval") is True,
        dismissal_limited=None if limits is None else limits.members.get("enabled") is True,
    )


def _classic_reviews(protection: Fields | None) -> Iterator[ReviewRule]:
    reviews = None if protection is None else protection.maybe("required_pull_request_reviews")
    if reviews is None:
        return
    yield ReviewRule(
        source=_CLASSIC,
        approvals=reviews.whole_or_none("required_approving_review_count") or 0,
        code_owners=reviews.members.get("require_code_owner_reviews") is True,
        last_push=reviews.members.get("require_last_push_approval") is True,
        dismissal_limited=reviews.maybe("dismissal_restrictions") is not None,
    )
