"""The schemas of what keyturn publishes are current, and every decision and entry keeps them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from keyturn.core.decision import Approvals, Checks, Decision, NextStep, Outcome, ReasonCode
from keyturn.core.published_schema import PUBLISHED, published_schema
from keyturn.core.record import LedgerEntry, RecordedDecision, RecordedFacts, State
from keyturn.core.schema import as_file

ROOT: Final = Path(__file__).parents[2]
AT: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

DECISION: Final = Decision(
    repository="acme/shop",
    pull_request=12,
    head="1" * 40,
    base="main",
    outcome=Outcome.PENDING,
    tier=None,
    reason_codes=(ReasonCode.APPROVALS_MISSING,),
    next_step=NextStep.WAIT,
    request_id=None,
    generation=1,
    manifest_digest=None,
    rules_digest=None,
    approvals=Approvals(required=2, counted=("ann",)),
    checks=Checks(),
    opened_at=AT,
    escalates_at=AT,
    expires_at=None,
)
ENTRY: Final = LedgerEntry(
    sequence=1,
    previous=None,
    time=AT,
    events=(),
    state=State(),
    decision=RecordedDecision.model_validate(DECISION.model_dump(by_alias=True)),
    facts=RecordedFacts(base="main", files=3, files_digest="sha256:0"),
    actor=None,
    run_url=None,
    version="0.1.0",
)
WRITTEN: Final[dict[str, dict[str, Any]]] = {
    "decision": json.loads(DECISION.as_json()),
    "ledger": json.loads(ENTRY.as_bytes()),
}


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_schema__in_the_repository_is_current(name: str) -> None:
    """The files in the repository are what the models say now; mend one that is not with `keyturn schema`."""
    assert (ROOT / "schemas" / f"{name}.schema.json").read_text("utf-8") == as_file(published_schema(name))
    Draft202012Validator.check_schema(published_schema(name))
    assert published_schema(name)["$id"] == f"{name}.schema.json"


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_schema__accepts_what_is_written_and_asks_for_every_key(name: str) -> None:
    """What keyturn writes keeps the schema; a missing key and an unknown one do not."""
    validator = Draft202012Validator(published_schema(name))
    written = WRITTEN[name]
    validator.validate(written)
    for key in written:
        assert not validator.is_valid({other: value for other, value in written.items() if other != key}), key
    assert not validator.is_valid({**written, "more": 1})


def test_schema__has_the_keys_in_the_contract_s_order() -> None:
    """Programs that read a decision line by line find the keys where the documentation shows them."""
    assert list(published_schema("decision")["properties"]) == list(WRITTEN["decision"])
