"""The JSON Schemas of the files that people and agents write, made from the forms that these files are held against."""

import json
from collections.abc import Mapping

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from keyturn.core.form import Form
from keyturn.core.manifest_form import ManifestForm
from keyturn.core.rulebook_form import RuleBookForm

FORMS: Mapping[str, type[Form]] = {"manifest": ManifestForm, "rules": RuleBookForm}
"""The forms by the names of their schemas."""


def schema(name: str) -> JsonSchemaValue:
    """The schema of that name: draft 2020-12, with a relative `$id`. Raises KeyError for an unknown name."""
    return form_schema(name, FORMS[name])


def form_schema(name: str, form: type[Form]) -> JsonSchemaValue:
    """The schema of any form, under that name."""
    made = form.model_json_schema(schema_generator=_Written)
    return {"$schema": _Written.schema_dialect, "$id": f"{name}.schema.json", **made}


def as_file(made: JsonSchemaValue) -> str:
    """A schema as the text of a file."""
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


class _Written(GenerateJsonSchema):
    """Describes files: a key that says nothing is left out, never written with `null` behind it."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Only what is not null."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """A default only where it is something to write; that of a mapping stands at its keys."""
        made = super().default_schema(schema)
        if made.get("default") is None or made["default"] == {} or isinstance(schema.get("default"), Form):
            made.pop("default", None)
        return made

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - it holds for every field
        """A key is its own title."""
        return False
