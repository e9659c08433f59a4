"""The text of one query of the light pass: a page of open ones, a page of closed ones, and entries of the ledger."""

from msgspec import Struct

from keyturn.core.debts import DEBTS_PATH
from keyturn.core.record import folder
from keyturn.github.glance import Glance
from keyturn.github.query import with_fragments

PAGE = 50
"""The pull requests on a page."""
_ORDER_OPEN = "orderBy: { field: CREATED_AT, direction: ASC }"
_ORDER_CLOSED = "orderBy: { field: UPDATED_AT, direction: DESC }"


class LightQuery(Struct, frozen=True, kw_only=True):
    """What is asked: the ledger's entries for `waiting`, pull requests `by_number`, and the next page of each list.

    Only the `first` query asks for the rule book and the debts.
    """

    waiting: tuple[Glance, ...]
    by_number: tuple[int, ...]
    first: bool
    open: bool
    closed: bool
    size: int = PAGE

    def text(self) -> str:
        """The operation and the fragments that it uses; it declares no variable that it does not use."""
        declared = ["$owner: String!", "$name: String!", "$ledger: String!"]
        if self.first:
            declared.append("$rulesPath: String!")
        if self.open:
            declared += ["$open: String", "$titles: Boolean!"]
        if self.closed:
            declared.append("$closed: String")
        declared += [f"$path{glance.number}: String!" for glance in self.waiting if glance.guess is not None]
        return with_fragments(f"""
query Sweep({", ".join(declared)}) {{
  viewer {{ login }}
  repository(owner: $owner, name: $name) {{
    defaultBranchRef {{ name {self._rules()} }}
    ledger: ref(qualifiedName: $ledger) {{
      target {{
        oid
        ... on Commit {{
          oid
          {self._places()}
        }}
      }}
    }}
    {self._lists()}
  }}
}}
""")

    def _rules(self) -> str:
        return "target { ... on Commit { rules: file(path: $rulesPath) { ...FileBlob } } }" if self.first else ""

    def _places(self) -> str:
        lines = [f'debts: file(path: "{DEBTS_PATH}") {{ ...FileBlob }}'] if self.first else []
        for glance in self.waiting:
            lines.append(f'entries{glance.number}: file(path: "{folder(glance.number)}") {{ ...LedgerNames }}')
            if glance.guess is not None:
                lines.append(f"newest{glance.number}: file(path: $path{glance.number}) {{ ...FileBlob }}")
        return "\n          ".join(lines)

    def _lists(self) -> str:
        lines = [f"pr{number}: pullRequest(number: {number}) {{ ...ClosedGlance }}" for number in self.by_number]
        page = "pageInfo { hasNextPage endCursor }"
        if self.open:
            arguments = f"first: {self.size}, after: $open, states: OPEN, {_ORDER_OPEN}"
            lines.append(f"open: pullRequests({arguments}) {{ {page} nodes {{ ...Glance }} }}")
        if self.closed:
            arguments = f"first: {self.size}, after: $closed, states: [CLOSED, MERGED], {_ORDER_CLOSED}"
            lines.append(f"closed: pullRequests({arguments}) {{ {page} nodes {{ ...ClosedGlance }} }}")
        return "\n    ".join(lines)
