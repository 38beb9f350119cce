"""Chooses short names for what a script of ours calls its own, so that it means the same and costs a phone less.

Theory. A name can be changed where every use of it is seen: constants, variables, functions, classes, parameters and
imports within one file, and private members (`#x`). Each use is traced to its declaration, scope by scope. Two
declarations may share a new name only if no scope, with all that lies in it, knows both. Kept are names that the file
exports, every name it does not declare, and, outside modules, those at the top, which other scripts may share.
A file with `var`, whose scope is another, or `eval` keeps all its names.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from tree_sitter import Node

Binding = tuple[int, str]  # the scope that declares a name, and the name

_USES = ("identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern")
_PRIVATE = "private_property_identifier"
_FUNCTIONS = frozenset({
    "function_declaration", "generator_function_declaration", "function_expression", "generator_function",
    "arrow_function", "method_definition",
})  # fmt: skip
_WITH_PARAMETERS = _FUNCTIONS | {"catch_clause"}
_SCOPES = _FUNCTIONS | {
    "program", "statement_block", "for_statement", "for_in_statement", "catch_clause", "switch_body",
    "class_static_block", "class",
}  # fmt: skip
_DECLARATIONS = ("function_declaration", "generator_function_declaration", "class_declaration")
# The commonest first; brotli likes few letters best.
_LETTERS = "etnrsaoiculdfhpmgvwbykxzjqETNRSAOICULDFHPMGVWBYKXZJQ_$"
# No name is as long but these; `of`, `as` and the like are words only at their place, yet nobody should have to look.
_WORDS = frozenset({"do", "if", "in", "of", "as"})


class _Unsure(Exception):
    """A file in which not every use of a name can be seen."""


def short_names(root: Node) -> dict[int, bytes]:
    """Give what to write for names of the script under *root*, by the byte at which each stands."""
    try:
        return _Names(root).chosen() | dict(_private_names(root))
    except _Unsure:
        return {}


@dataclass(frozen=True)
class TopNames:
    """The names at the top of a module.

    Attributes:
        own: what it keeps to itself or imports, with the byte of each use and what stands there before another name.
        exported: what it exports.
        free: what it reads and declares nowhere, such as what is the browser's.
    """

    own: Mapping[str, Mapping[int, bytes]]
    exported: Collection[str]
    free: Collection[str]


def top_names(root: Node) -> TopNames:
    """Give the names at the top of the module under *root*."""
    names = _Names(root)
    names.chosen()
    own = {name: _places(names.uses[root.id, name], name) for name in names.declared[root.id] - names.exported}
    return TopNames(own, names.exported, names.kept - names.exported)


def _places(uses: list[Node], name: str) -> dict[int, bytes]:
    return {use.start_byte: _written(use, name)[: -len(name.encode())] for use in uses}


class _Names:
    def __init__(self, root: Node) -> None:
        self.root = root
        self.declared: dict[int, set[str]] = defaultdict(set)
        self.exported: set[str] = set()
        self.kept: set[str] = set()
        self.uses: dict[Binding, list[Node]] = defaultdict(list)
        self.known_in: dict[int, set[Binding]] = defaultdict(set)
        self.body_of: dict[int, int] = {}  # of a scope with parameters
        self.is_module = any(child.type in ("import_statement", "export_statement") for child in root.children)

    def chosen(self) -> dict[int, bytes]:
        self._declare(self.root, self.root)
        for node in _walk(self.root):
            if node.type in _USES and not _is_foreign(node):
                self._trace(node)
        names = self._choose()
        return {node.start_byte: _written(node, names[of]) for of, nodes in self.uses.items() for node in nodes}

    def _declare(self, node: Node, scope: Node) -> None:
        """Note in which scope each name is declared."""
        if node.type == "variable_declaration":
            raise _Unsure
        for name, where in _declarations(node, scope, self.root):
            self.declared[where.id].add(_text(name))
        if node.type == "export_statement":
            self.exported.update(map(_text, _exported(node)))
            self.kept |= self.exported
        inner = node if node.type in _SCOPES else scope
        for child in node.children:
            self._declare(child, inner)

    def _trace(self, use: Node) -> None:
        """Find the declaration that *use* means, and note every scope on the way to it."""
        name, around, passed = _text(use), use.parent, []
        while around is not None:
            if around.type in _SCOPES:
                passed.append(around.id)
                if name in self.declared[around.id]:
                    break
            around = around.parent
        if name == "eval":
            raise _Unsure
        if around is None or (around == self.root and (name in self.kept or not self.is_module)):
            self.kept.add(name)
            return
        binding = (around.id, name)
        self.uses[binding].append(use)
        for scope in passed:
            self.known_in[scope].add(binding)
        body = around.child_by_field_name("body") if around.type in _WITH_PARAMETERS else None
        if body is not None:
            self.body_of[around.id] = body.id

    def _choose(self) -> dict[Binding, str]:
        rivals: dict[Binding, set[Binding]] = defaultdict(set)
        for known in self.known_in.values():
            for binding in known:
                rivals[binding] |= known
        # A parameter, used or not, may not be declared once more at the top of the body.
        for binding in self.uses:
            body = self.body_of.get(binding[0], -1)
            for name in self.declared.get(body, ()):
                rivals[binding].add((body, name))
                rivals[(body, name)].add(binding)
        names: dict[Binding, str] = {}
        # What is used most chooses first.
        for binding in sorted(self.uses, key=lambda one: (-len(self.uses[one]), self.uses[one][0].start_byte)):
            taken = {names[rival] for rival in rivals[binding] if rival in names}
            names[binding] = next(name for name in _short() if name not in taken and name not in self.kept)
        return names


def _declarations(node: Node, scope: Node, root: Node) -> Iterator[tuple[Node, Node]]:
    """Give the names that *node* itself declares, each with the scope where they hold."""
    part = node.child_by_field_name
    if node.type == "variable_declarator" or node.type in _DECLARATIONS:
        yield from ((name, scope) for name in _in_pattern(part("name")))
    elif node.type in ("function_expression", "generator_function", "class"):
        yield from ((name, node) for name in _in_pattern(part("name")))
    elif node.type == "for_in_statement" and part("kind"):
        if _text(part("kind")) == "var":
            raise _Unsure
        yield from ((name, node) for name in _in_pattern(part("left")))
    elif node.type == "import_specifier":
        yield from ((name, root) for name in _in_pattern(part("alias") or part("name")))
    elif node.type in ("namespace_import", "import_clause"):
        yield from ((name, root) for name in node.named_children if name.type == "identifier")
    if node.type in _FUNCTIONS:
        yield from ((name, node) for field in ("parameters", "parameter") for name in _in_pattern(part(field)))
    if node.type == "catch_clause":
        yield from ((name, node) for name in _in_pattern(part("parameter")))


def _in_pattern(node: Node | None) -> Iterator[Node]:
    """Give the names that a pattern declares: not the defaults, nor the properties that it takes them from."""
    if node is None:
        return
    if node.type in _USES:
        yield node
    elif node.type in ("object_assignment_pattern", "assignment_pattern"):
        yield from _in_pattern(node.child_by_field_name("left"))
    elif node.type == "pair_pattern":
        yield from _in_pattern(node.child_by_field_name("value"))
    else:
        for child in node.named_children:
            yield from _in_pattern(child)


def _exported(node: Node) -> Iterator[Node]:
    declaration = node.child_by_field_name("declaration")
    if declaration is not None and declaration.type == "lexical_declaration":
        for one in declaration.named_children:
            yield from _in_pattern(one.child_by_field_name("name"))
    elif declaration is not None:
        yield from _in_pattern(declaration.child_by_field_name("name"))
    yield from (use for use in _walk(node) if use.parent is not None and use.parent.type == "export_specifier")


def _private_names(root: Node) -> Iterator[tuple[int, bytes]]:
    found = [node for node in _walk(root) if node.type == _PRIVATE]
    counted = Counter(_text(node) for node in found).most_common()
    names = {name: f"#{short}" for (name, _), short in zip(counted, _short(), strict=False)}
    yield from ((node.start_byte, names[_text(node)].encode()) for node in found)


def _is_foreign(use: Node) -> bool:
    """Tell whether *use* names something of another module: the first word of `{ x as y }` in an import."""
    within = use.parent
    return (
        within is not None
        and within.type == "import_specifier"
        and within.child_by_field_name("alias") is not None
        and within.child_by_field_name("name") == use
    )


def _written(use: Node, name: str) -> bytes:
    """Write *name* for *use*, naming beside it what others know: `{x}` becomes `{x:e}`, or `{x as e}` in an import."""
    if use.parent is not None and use.parent.type == "import_specifier" and not use.parent.child_by_field_name("alias"):
        return f"{_text(use)} as {name}".encode()
    return f"{_text(use)}:{name}".encode() if use.type.startswith("shorthand") else name.encode()


def _short() -> Iterator[str]:
    for length in (1, 2, 3):
        for letters in product(_LETTERS, repeat=length):
            if (name := "".join(letters)) not in _WORDS:
                yield name


def _walk(root: Node) -> Iterator[Node]:
    # Not by recursion: each node would be handed up through all that it lies in.
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def _text(node: Node | None) -> str:
    return (node.text or b"").decode() if node is not None else ""
