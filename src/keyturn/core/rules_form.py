"""The form of the rules and of the path floors."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field

from keyturn.core.form import Form
from keyturn.core.shapes import FloorGlob, Pattern, refused
from keyturn.core.tier import Tier

_AGENT_WRITES = "the agent writes it freely, so rules may match it in multi and emergency only"


class RuleForm(Form):
    """A rule; every key must match, and there is at least one. Patterns know *, ? and [seq]."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    advice: ClassVar[Mapping[str, str]] = {"description": _AGENT_WRITES, "agent": _AGENT_WRITES}

    action_type: Pattern | None = Field(default=None, description="Pattern of what is done.")
    target: Pattern | None = Field(default=None, description="Pattern of what it is done to.")
    scope: Pattern | None = Field(
        default=None, description="Pattern of how far it reaches: single_file, directory, database, infrastructure."
    )
    estimated_impact: Pattern | None = Field(
        default=None, description="Pattern of who would notice: none, local, service, organisation."
    )


class SevereRuleForm(RuleForm):
    """A rule of `multi` or `emergency`; every key must match. Patterns know *, ? and [seq]."""

    advice: ClassVar[Mapping[str, str]] = {}

    description: Pattern | None = Field(default=None, description="Pattern of the description.")
    agent: Pattern | None = Field(default=None, description="Pattern of the agent's name.")


class RulesForm(Form):
    """The rules by tier; the most severe tier with a rule that matches wins."""

    emergency: list[SevereRuleForm] = Field(default=[], description="What nobody may approve.")
    multi: list[SevereRuleForm] = Field(default=[], description="What several people must approve.")
    single: list[RuleForm] = Field(default=[], description="What one person must approve.")
    auto: list[RuleForm] = Field(default=[], description="What passes on its own.")


def rule_form(tier: Tier) -> type[RuleForm]:
    """The form that the rules of a tier must have."""
    return SevereRuleForm if tier >= Tier.MULTI else RuleForm


def _no_mapping(entry: object) -> object:
    if isinstance(entry, dict):
        why = "entries as mappings are kept for later; write the glob alone"
        raise refused(why)
    return entry


Floor = Annotated[FloorGlob, BeforeValidator(_no_mapping)]


class PathsForm(Form):
    """The lowest tier at which a changed file may pass, by glob in gitignore syntax; the most severe wins."""

    advice: ClassVar[Mapping[str, str]] = {"auto": "every file is at least auto; allowed: single, multi, emergency"}

    single: list[Floor] = Field(default=[], description="Files that are never below single.")
    multi: list[Floor] = Field(default=[], description="Files that are never below multi.")
    emergency: list[Floor] = Field(default=[], description="Files that are emergency.")
