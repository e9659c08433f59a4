"""What every outcome, reason code, discount, next step and event means, in words for people."""

from types import MappingProxyType

from keyturn.core.assessment import FloorCause
from keyturn.core.decision import Discount, NextStep, Outcome, ReasonCode
from keyturn.core.facts import BaseChangeKind, Change

EMOJI = MappingProxyType(
    {
        Outcome.ERROR: "⚠️",
        Outcome.NOT_GOVERNED: "⚪",
        Outcome.OVERRIDDEN: "🔓",
        Outcome.INVALID: "❌",
        Outcome.EMERGENCY_STOP: "🛑",
        Outcome.REJECTED: "✋",
        Outcome.EXPIRED: "⌛",
        Outcome.PENDING: "⏳",
        Outcome.AUTO_APPROVED: "✅",
        Outcome.APPROVED: "✅",
    }
)
"""A sign for each outcome; it never stands without words."""

OUTCOMES = MappingProxyType(
    {
        Outcome.ERROR: "keyturn could not find out",
        Outcome.NOT_GOVERNED: "Not an agent's pull request",
        Outcome.OVERRIDDEN: "Overridden",
        Outcome.INVALID: "Invalid",
        Outcome.EMERGENCY_STOP: "Emergency stop",
        Outcome.REJECTED: "Changes requested",
        Outcome.EXPIRED: "Expired",
        Outcome.PENDING: "Waiting",
        Outcome.AUTO_APPROVED: "Passes on its own",
        Outcome.APPROVED: "Approved",
    }
)
"""The state in a word or two."""

HYPOTHETICAL = MappingProxyType(
    {
        Outcome.ERROR: "have reported an error",
        Outcome.NOT_GOVERNED: "have let it through as none of its business",
        Outcome.OVERRIDDEN: "have let it through by the override",
        Outcome.INVALID: "have refused it as invalid",
        Outcome.EMERGENCY_STOP: "have stopped it",
        Outcome.REJECTED: "have held it back for the changes requested",
        Outcome.EXPIRED: "have held it back as expired",
        Outcome.PENDING: "have held it back for now",
        Outcome.AUTO_APPROVED: "have let it through on its own",
        Outcome.APPROVED: "have let it through as approved",
    }
)
"""What keyturn would have done, where it only observes."""

REASONS = MappingProxyType(
    {
        ReasonCode.NOT_GOVERNED: "the rule book does not take this for an agent's work",
        ReasonCode.TIER_AUTO: "everything in it is of the tier auto, which needs nobody",
        ReasonCode.QUORUM: "it has the approvals and checks that it needs",
        ReasonCode.OVERRIDE: "it was let through by an override",
        ReasonCode.DRAFT: "it is a draft",
        ReasonCode.OBJECTION: "somebody asked for changes on an earlier commit, and that still stands",
        ReasonCode.APPROVALS_MISSING: "approvals are missing",
        ReasonCode.QUORUM_UNREACHABLE: "fewer people than needed could approve it at all",
        ReasonCode.ROSTER_UNREADABLE: "it cannot be read who is on the roster",
        ReasonCode.CHECKS_FAILED: "a required check did not succeed",
        ReasonCode.CHECKS_MISSING: "a required check has not appeared",
        ReasonCode.CHECKS_PENDING: "a required check is still running",
        ReasonCode.CHANGES_REQUESTED: "somebody asked for changes",
        ReasonCode.EXPIRED: "the deadline passed before enough approvals came",
        ReasonCode.TIER_EMERGENCY: "something in it is of the tier emergency, which nobody can approve",
        ReasonCode.TOO_MANY_FILES: "it changes more files than GitHub lists (3,000)",
        ReasonCode.TOO_MANY_COMMITS: "it has more commits than GitHub lists (250)",
        ReasonCode.MANIFEST_MISSING: "it brings no manifest",
        ReasonCode.MANIFEST_INVALID: "its manifest was refused",
        ReasonCode.REQUESTER_MISSING: "its manifest does not say who asked for the work",
        ReasonCode.COMMITS_UNATTRIBUTED: "it holds commits that nobody can be named for",
        ReasonCode.RULES_MISSING: "there is no rule book on the default branch",
        ReasonCode.RULES_INVALID: "the rule book on the default branch is broken",
        ReasonCode.FACTS_INCOMPLETE: "what GitHub says does not add up",
        ReasonCode.API_UNAVAILABLE: "GitHub could not be read",
        ReasonCode.HEAD_MOVED: "the pull request changed while it was judged",
        ReasonCode.LEDGER_UNWRITABLE: "the decision could not be written to the ledger",
        ReasonCode.UNDECLARED_FILES: "it changes files that no action of the manifest covers",
        ReasonCode.REQUESTER_UNKNOWN: "it does not say who asked for the work",
        ReasonCode.ADVISORY: "keyturn runs with a token that an agent may share, so this verdict is advisory",
    }
)
"""Why, as the end of a sentence that starts with `because`."""

DISCOUNTS = MappingProxyType(
    {
        Discount.BOT: "a bot; only people's approvals count",
        Discount.AGENT: "an agent by the rule book's `agents`",
        Discount.AUTHOR: "opened this pull request",
        Discount.COMMITTER: "wrote or committed part of it",
        Discount.REQUESTER: "asked the agent for this work (`requested_by`)",
        Discount.PUSHER: "pushed the current head commit",
        Discount.NOT_ELIGIBLE: "not on the roster, or without the permission it asks for",
        Discount.ROSTER_UNREADABLE: "keyturn cannot read whether this person is on the roster",
        Discount.DISMISSED: "the approval was dismissed",
        Discount.SUPERSEDED: "asked for changes afterwards",
        Discount.STALE: "approved an earlier commit; please approve again",
        Discount.BEFORE_RETARGET: "approved before the base branch was changed or force-pushed; please approve again",
        Discount.BEFORE_RENEWAL: "approved before this request was opened anew; please approve again",
        Discount.TOO_LATE: "approved after the deadline; after `/keyturn renew` a new approval counts",
    }
)
"""Why an approval does not count, to follow the login."""

NEXT_STEPS = MappingProxyType(
    {
        NextStep.NONE: "Nothing is left to do.",
        NextStep.ANSWER_REVIEW: "Answer the review: push the changes asked for, then ask the reviewer to look again.",
        NextStep.FIX_CHECKS: "Make the failed checks pass.",
        NextStep.WAIT: "Wait. Pushing anything now starts the request afresh.",
        NextStep.RENEW: "Ask somebody who may approve to comment `/keyturn renew`, or push a new commit.",
        NextStep.STOP: "Stop. Do not try to work around this; people have to act.",
        NextStep.AMEND_MANIFEST: "Mend the manifest as the errors say, and push it.",
        NextStep.AMEND_COMMITS: "Commit again with an address that belongs to a GitHub account, and push.",
    }
)
"""What the agent should do now."""

FLOORS = MappingProxyType(
    {
        FloorCause.PATH: "protected by `paths`",
        FloorCause.UNDECLARED: "no action covers it",
        FloorCause.RULE: "no action covers it, and the rules say so of its kind",
        FloorCause.RULE_BOOK: "it is the rule book",
        FloorCause.WORKFLOWS: "it is a workflow",
        FloorCause.VOLUME: "more files than `volume` allows below this tier",
    }
)
"""Why a changed file may not pass below its tier."""

CHANGES = MappingProxyType(
    {
        Change.ADDED: "added",
        Change.MODIFIED: "modified",
        Change.REMOVED: "removed",
        Change.RENAMED: "renamed",
        Change.COPIED: "copied",
        Change.CHANGED: "changed in mode or kind",
    }
)
"""What happened to a file."""

BASE_CHANGES = MappingProxyType(
    {
        BaseChangeKind.RETARGETED: "the base branch was changed",
        BaseChangeKind.AUTOMATIC: "GitHub changed the base branch by itself",
        BaseChangeKind.FORCE_PUSHED: "the base branch was force-pushed",
    }
)
"""How the base branch came to mean something else."""
