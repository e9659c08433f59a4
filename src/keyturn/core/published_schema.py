"""The JSON Schemas of what keyturn publishes for programs: its decisions and the entries of its ledger."""

from collections.abc import Mapping

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from keyturn.core.decision import Decision
from keyturn.core.record import LedgerEntry

PUBLISHED: Mapping[str, type[BaseModel]] = {"decision": Decision, "ledger": LedgerEntry}
"""The models by the names of their schemas."""


def published_schema(name: str) -> JsonSchemaValue:
    """The schema of that name: draft 2020-12, with a relative `$id`; every key is there. Raises KeyError."""
    made = PUBLISHED[name].model_json_schema(mode="serialization", schema_generator=_Published)
    return {"$schema": _Published.schema_dialect, "$id": f"{name}.schema.json", **made}


class _Published(GenerateJsonSchema):
    """Describes what is written: no key is left out, so none has a default."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Only what may stand there."""
        return self.generate_inner(schema["schema"])

    def field_is_required(self, field: object, total: bool) -> bool:  # noqa: ARG002, FBT001 - pydantic's own signature
        """Every key is there."""
        return True

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - it holds for every field
        """A key is its own title."""
        return False
