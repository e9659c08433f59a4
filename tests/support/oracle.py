"""Section 4 of the contract once more, written apart from keyturn: who counts, how many are needed, who objects."""

import re
from datetime import datetime

from keyturn.core.facts import Account, AccountKind, Commit, Facts, Review, ReviewState, Role
from keyturn.core.judgement import Judgement
from keyturn.core.rulebook import Approvers, Permission, Requester, RuleBook, Unattributed
from keyturn.core.tier import Tier


def who_counts(judgement: Judgement, rules: RuleBook) -> set[str]:
    """The people whose approvals count, worked out from the facts as section 4 of the contract says.

    Of the request only its opening, its deadline and its renewals are taken from the decision.
    """
    given_facts, told = judgement.facts, judgement.decision
    roster = rules.tiers[Tier(told.tier or "")].approvers or rules.approvers
    people: dict[str, list[Review]] = {}
    for found in sorted(given_facts.reviews, key=_moment):
        if found.author is not None and found.author.kind is AccountKind.USER:
            people.setdefault(found.author.login.casefold(), []).append(found)
    return {
        login
        for login, reviews in people.items()
        if _is_eligible(login, roster, given_facts)
        and not _had_a_part(login, judgement, rules)
        and any(_is_valid(position, reviews, judgement) for position in range(len(reviews)))
    }


def _moment(one: Review) -> tuple[datetime, int, str]:
    return one.submitted_at, one.number, one.id


def _is_eligible(login: str, roster: Approvers, given_facts: Facts) -> bool:
    named = {user.casefold() for user in roster.users}
    for team in roster.teams:
        named |= given_facts.teams.get(team) or frozenset()
    if (roster.users or roster.teams) and login not in named:
        return False
    role = given_facts.roles.get(login)
    if role is not None:
        return role >= Role[roster.permission.name]
    pushes = {r.can_push for r in given_facts.reviews if r.author is not None and r.author.login.casefold() == login}
    return True in pushes and False not in pushes and roster.permission in (Permission.TRIAGE, Permission.WRITE)


def _had_a_part(login: str, judgement: Judgement, rules: RuleBook) -> bool:
    given_facts = judgement.facts
    inside: list[Account | None] = [given_facts.author]
    inside += [given_facts.pusher] if isinstance(given_facts.pusher, Account) else []
    for one in given_facts.commits:
        inside += [identity.account for identity in (*one.authors, one.committer)]
    logins = {account.login.casefold() for account in inside if account is not None}
    logins |= {manifest.requested_by.casefold() for manifest in judgement.manifests if manifest.requested_by}
    patterns = [re.escape(text).replace(r"\*", ".*") for text in (*rules.agents.authors, *rules.agents.committers)]
    return login in logins or any(re.fullmatch(pattern, login, re.IGNORECASE) for pattern in patterns)


def _is_valid(position: int, reviews: list[Review], judgement: Judgement) -> bool:
    found, told, given_facts = reviews[position], judgement.decision, judgement.facts
    if any(later.state is not ReviewState.APPROVED for later in reviews[position:]) or found.commit != given_facts.head:
        return False
    when = found.submitted_at
    if any(when <= change.at for change in given_facts.base_changes):
        return False
    if told.expires_at is not None and when >= told.expires_at:
        return False
    if told.generation != 1 and told.opened_at is not None and when <= told.opened_at:
        return when == told.opened_at and (found.body == "/keyturn renew" or bool(given_facts.ledger.broken))
    return True


def needed(judgement: Judgement, rules: RuleBook) -> int:
    """The approvals that section 4 demands, worked out from the facts."""
    policy = rules.tiers[Tier(judgement.decision.tier or "")]
    if not policy.approvals:
        return 0
    extra = 0
    named = bool(judgement.manifests) and all(manifest.requested_by for manifest in judgement.manifests)
    if not named:
        extra += rules.requester is Requester.ADD_ONE or (
            rules.requester is Requester.REQUIRED and not judgement.manifests
        )
    if rules.unattributed_commits is Unattributed.ADD_ONE and judgement.facts.number is not None:
        extra += not all(_names_somebody(one) for one in judgement.facts.commits)
    return policy.approvals + extra


def _names_somebody(one: Commit) -> bool:
    people = [identity.account for identity in (one.authors[0], one.committer)]
    known = [
        account is not None and account.kind is not AccountKind.OTHER and account.login != "web-flow"
        for account in people
    ]
    by_github = one.committer.account is not None and one.committer.account.login == "web-flow"
    return known[0] and (known[1] or (by_github and one.signed_by_github))


def objectors(given_facts: Facts, rules: RuleBook) -> set[str]:
    """Those whose newest review asks for changes, and who are on the roster of some tier, or gone."""
    newest: dict[str, Review] = {}
    for one in sorted(given_facts.reviews, key=_moment):
        newest[one.author.login.casefold() if one.author else one.id] = one
    rosters = [rules.approvers, *(policy.approvers for policy in rules.tiers.values() if policy.approvers)]
    return {
        login
        for login, one in newest.items()
        if one.state is ReviewState.CHANGES_REQUESTED
        and (one.author is None or any(_may_object(one.author, roster, given_facts) for roster in rosters))
    }


def _may_object(author: Account, roster: Approvers, given_facts: Facts) -> bool:
    """A person who could be on the roster, or a bot that it names."""
    login = author.login.casefold()
    if author.kind is AccountKind.USER:
        return _is_eligible(login, roster, given_facts)
    named = {user.casefold() for user in roster.users}
    return login in named.union(*(given_facts.teams.get(team) or () for team in roster.teams))
