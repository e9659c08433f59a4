"""From a REST request to its handler, past the published description."""

from dataclasses import dataclass

from tests.github_server.exchange import Answer, RefusalError, Request, not_found
from tests.github_server.journal import Journal
from tests.github_server.rest import (  # noqa: F401 - importing them fills the table of routes
    accounts,
    actions,
    checks,
    git,
    issues,
    pulls,
    repositories,
    reviews,
)
from tests.github_server.rest.contract import contract
from tests.github_server.rest.routing import ROUTES, Call, check
from tests.github_server.state.access import Token
from tests.github_server.state.world import World


@dataclass(slots=True)
class Rest:
    """GitHub's REST interface over one world."""

    world: World
    journal: Journal
    checks_answers: bool = False

    def handle(self, request: Request, token: Token) -> Answer:
        """Answer a request; one that the published description does not allow is recorded, and answered 422 or 404."""
        operation = contract().find(request.method, request.path)
        if operation is None:
            self.journal.violations.append(f"{request.method} {request.path}: GitHub has no such operation")
            raise not_found()
        found = contract().breaches(request, operation)
        if found:
            self.journal.violations += [f"{request.method} {request.path}: {breach}" for breach in found]
            raise RefusalError(422, "Invalid request.\n\n" + "\n".join(found))
        known = ROUTES.get((request.method, operation.template))
        if known is None:
            self.journal.unimplemented.append(f"{request.method} {operation.template}")
            raise RefusalError(501, f"the test server has no handler for {request.method} {operation.template}")
        call = Call(world=self.world, journal=self.journal, token=token, request=request, values=operation.values)
        check(call, known.needs)
        made = known.handler(call)
        answer = made if isinstance(made, Answer) else Answer(body=made)
        if self.checks_answers:
            wrong = contract().misfits(request, operation, answer)
            self.journal.defects += [f"{request.method} {request.path}: {misfit}" for misfit in wrong]
        return answer
