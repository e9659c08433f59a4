"""What a query costs and how much it may ask for, worked out before it runs, as GitHub documents it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)
from graphql.utilities import value_from_ast_untyped

from tests.github_server.exchange import Json
from tests.github_server.graphql.paging import MAXIMUM

NODE_LIMIT: Final = 500_000


@dataclass(slots=True)
class Estimate:
    """The requests that fill each connection, the nodes they may bring, and what is asked for wrongly."""

    requests: int = 0
    nodes: int = 0
    errors: list[dict[str, object]] = field(default_factory=list)

    @property
    def cost(self) -> int:
        """Points: requests divided by a hundred, at least one."""
        return max(round(self.requests / 100), 1)


def estimate(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> Estimate:
    """Walk an operation that is valid, and count."""
    walk = _Walk(
        schema,
        {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)},
        variables,
    )
    root = schema.get_root_type(operation.operation)
    if root is not None:
        walk.selections(operation.selection_set, root, 1, [])
    if walk.found.nodes > NODE_LIMIT:
        asked = f"This query requests up to {walk.found.nodes:,} possible nodes"
        message = f"{asked} which exceeds the maximum limit of {NODE_LIMIT:,}."
        walk.found.errors.append({"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message})
    return walk.found


class _Walk:
    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
    ) -> None:
        self.schema = schema
        self.fragments = fragments
        self.variables = variables
        self.found = Estimate()

    def selections(self, chosen: SelectionSetNode, parent: GraphQLCompositeType, parents: int, path: list[str]) -> None:
        for node in chosen.selections:
            match node:
                case FieldNode():
                    self._field(node, parent, parents, path)
                case InlineFragmentNode():
                    kind = self.schema.type_map[node.type_condition.name.value] if node.type_condition else parent
                    if is_composite_type(kind) and self._included(node):
                        self.selections(node.selection_set, kind, parents, path)
                case FragmentSpreadNode():
                    fragment = self.fragments[node.name.value]
                    kind = self.schema.type_map[fragment.type_condition.name.value]
                    if is_composite_type(kind) and self._included(node):
                        self.selections(fragment.selection_set, kind, parents, path)
                case _:
                    continue

    def _included(self, node: FieldNode | InlineFragmentNode | FragmentSpreadNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value in {"include", "skip"}:
                wanted = self._value(next(iter(directive.arguments or ())).value)
                if bool(wanted) != (directive.name.value == "include"):
                    return False
        return True

    def _field(self, node: FieldNode, parent: GraphQLCompositeType, parents: int, path: list[str]) -> None:
        definition = getattr(parent, "fields", {}).get(node.name.value)
        if definition is None or not self._included(node):
            return
        here = [*path, node.alias.value if node.alias else node.name.value]
        kind = get_named_type(definition.type)
        if kind.name.endswith("Connection"):
            size = self._page(node, here)
            self.found.requests += parents
            self.found.nodes += parents * size
            parents *= size
        if node.selection_set is not None and is_composite_type(kind):
            self.selections(node.selection_set, kind, parents, here)

    def _page(self, node: FieldNode, path: list[str]) -> int:
        given = {each.name.value: self._value(each.value) for each in node.arguments or ()}
        name = node.name.value
        for bound in ("first", "last"):
            size = given.get(bound)
            if size is None:
                continue
            if not 1 <= size <= MAXIMUM:
                what = f"Requesting {size} records on the `{name}` connection"
                message = f"{what} exceeds the `{bound}` limit of {MAXIMUM} records."
                self.found.errors.append({"type": "EXCESSIVE_PAGINATION", "path": path, "message": message})
            return int(size)
        if _needs_page(node):
            message = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
            self.found.errors.append({"type": "MISSING_PAGINATION_BOUNDARIES", "path": path, "message": message})
        return 0

    def _value(self, node: Json) -> Json:
        if isinstance(node, VariableNode):
            return self.variables.get(node.name.value)
        return value_from_ast_untyped(node, dict(self.variables))


def _needs_page(node: FieldNode) -> bool:
    """Whether the nodes themselves are asked for; to count them alone needs no page."""
    chosen = node.selection_set.selections if node.selection_set else ()
    return any(not isinstance(each, FieldNode) or each.name.value in {"nodes", "edges", "pageInfo"} for each in chosen)
