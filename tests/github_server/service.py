"""From a request to its answer: who asks, what is recorded, which fault meets it, and who handles it."""

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from graphql import FieldNode

from tests.github_server.exchange import Answer, RefusalError, Request
from tests.github_server.faults import Fault, Faults
from tests.github_server.graphql.execution import operation_of, run
from tests.github_server.graphql.registry import Context
from tests.github_server.journal import Journal, Recorded
from tests.github_server.rest.dispatch import Rest
from tests.github_server.state.access import Budget, Token
from tests.github_server.state.world import World

Hook = Callable[[Recorded], None]


@dataclass(slots=True, kw_only=True)
class Outcome:
    """An answer, and what a fault does to its delivery."""

    answer: Answer | None
    fault: Fault | None


@dataclass(slots=True)
class Service:
    """GitHub's API over one world; requests are handled one at a time."""

    world: World
    journal: Journal
    faults: Faults
    rest: Rest
    before: list[Hook] = field(default_factory=list)
    after: list[Hook] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def handle(self, request: Request) -> Outcome:
        """Record the request, let faults and hooks have their say, and answer it; no answer: the connection drops."""
        with self.lock:
            recorded = self._record(request)
            for hook in self.before:
                hook(recorded)
            fault = self.faults.take(recorded)
            if fault is not None and fault.drop:
                return Outcome(answer=None, fault=fault)
            if fault is not None and fault.answer is not None:
                answer = fault.answer()
            else:
                answer = self._handled(request, recorded)
                if fault is not None and fault.spoil is not None:
                    answer = fault.spoil(answer)
            recorded.status = answer.status
            for hook in self.after:
                hook(recorded)
            if fault is not None and fault.after_applying is not None:
                fault.after_applying()
            return Outcome(answer=answer, fault=fault)

    def _handled(self, request: Request, recorded: Recorded) -> Answer:
        """Answer, whatever happens: a mistake of this server is recorded and answered 500."""
        try:
            answer = self._answer(request, recorded)
            answer.content()
        except Exception:  # noqa: BLE001 - the journal reports it to the test, with its traceback
            self.journal.defects.append(traceback.format_exc())
            return RefusalError(500, "the test server has a defect; see its journal").answer
        return answer

    def _answer(self, request: Request, recorded: Recorded) -> Answer:
        token = recorded.token
        if token is None:
            known = "authorization" in request.headers
            return RefusalError(401, "Bad credentials" if known else "Requires authentication").answer
        is_graphql = recorded.path == "/graphql"
        budget = token.graphql if is_graphql else token.core
        budget.refresh(self.world.clock.now)
        resource = "graphql" if is_graphql else "core"
        if budget.remaining == 0 and recorded.path != "/rate_limit":
            answer = self._exhausted(token, is_graphql=is_graphql)
        elif is_graphql:
            answer = self._graphql(request, token)
        else:
            budget.used += recorded.path != "/rate_limit"
            try:
                answer = self.rest.handle(request, token)
            except RefusalError as refusal:
                answer = refusal.answer
        answer.headers = _limits(budget, resource, self.world.clock.now) | answer.headers
        return answer

    def _graphql(self, request: Request, token: Token) -> Answer:
        body = request.body
        if request.method != "POST" or not isinstance(body, dict) or not isinstance(body.get("query"), str):
            self.journal.violations.append(f"GraphQL: {request.method} without a query")
            return Answer(status=400, body={"message": "Problems parsing JSON"})
        context = Context(world=self.world, token=token, journal=self.journal, operation=body.get("operationName"))
        return Answer(body=run(body["query"], body.get("variables") or {}, body.get("operationName"), context))

    def _exhausted(self, token: Token, *, is_graphql: bool) -> Answer:
        message = f"API rate limit exceeded for installation ID {token.installation}."
        if is_graphql:
            return Answer(body={"errors": [{"type": "RATE_LIMITED", "message": message}]})
        return RefusalError(403, message).answer

    def _record(self, request: Request) -> Recorded:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        token = self.world.tokens.get(value) if scheme.lower() in {"bearer", "token"} else None
        recorded = Recorded(
            number=len(self.journal.requests) + 1,
            method=request.method,
            path=request.path,
            query=dict(request.query),
            body=request.body,
            token=token,
            write=request.method not in {"GET", "HEAD"},
        )
        if request.path == "/graphql":
            recorded.write = False
            body = recorded.body if isinstance(recorded.body, dict) else {}
            operation = operation_of(str(body.get("query", "")), body.get("operationName"))
            if operation is not None:
                recorded.operation = operation.name.value if operation.name else None
                selections = operation.selection_set.selections
                recorded.fields = tuple(each.name.value for each in selections if isinstance(each, FieldNode))
                recorded.write = operation.operation.value == "mutation"
        self.journal.requests.append(recorded)
        return recorded


def _limits(budget: Budget, resource: str, now: datetime) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(budget.limit),
        "x-ratelimit-remaining": str(budget.remaining),
        "x-ratelimit-used": str(budget.used),
        "x-ratelimit-reset": str(int((budget.resets_at or now).timestamp())),
        "x-ratelimit-resource": resource,
    }
