"""A decision with everything that led to it, for those who have to explain it or act on it."""

from datetime import datetime

from msgspec import Struct

from keyturn.core.approvals import Tally
from keyturn.core.assessment import Assessment
from keyturn.core.commands import Command
from keyturn.core.decision import Decision
from keyturn.core.facts import Facts
from keyturn.core.history import History
from keyturn.core.inquiry import Wanted
from keyturn.core.manifest import Manifest
from keyturn.core.objections import Objection
from keyturn.core.override import Override
from keyturn.core.quorum import Quorum
from keyturn.core.request import Request
from keyturn.core.requirement import Requirement
from keyturn.core.rules_in_force import RulesInForce


class Judgement(Struct, frozen=True, kw_only=True):
    """What `decide` found.

    What could not be worked out is `None` or empty: without a rule book there is no requirement, with a refused
    manifest no assessment. `wanted` names the facts that nobody has asked for yet; a judgement that wants any is
    provisional, and never laxer than the final one.
    """

    decision: Decision
    now: datetime
    facts: Facts
    rules: RulesInForce
    history: History
    governed_by: str | None
    manifests: tuple[Manifest, ...] = ()
    assessment: Assessment | None = None
    requirement: Requirement | None = None
    request: Request | None = None
    objections: tuple[Objection, ...] = ()
    override: Override | None = None
    quorum: Quorum | None = None
    commands: tuple[Command, ...] = ()
    wanted: Wanted

    @property
    def tally(self) -> Tally:
        """The approvals; empty where nothing was asked."""
        return self.request.tally if self.request is not None else Tally((), ())
