"""Joins the modules with which a form starts into one script, because each by itself costs a slow phone's start.

Theory. Modules that import each other without a circle mean the same one after the other in one file, each after those
that it imports, if no two names at the top meet: what a module keeps to itself is renamed where another module has or
reads the same name, and what it exports must be its alone. An import of what stands in the same file then goes. The
modules stay at their addresses and hand on what is in the one file, so that there is one of each, whoever asks for it;
our other scripts are served with the file's own address in place of theirs.
"""

import hashlib
import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from tree_sitter import Node

from server.site.short_names import top_names
from server.site.slim import parse_script, slimmer

ENTRY = "/pwa/components/application-form.js"
JOINED = "/pwa/form-start.js"
_SPECIFIER = re.compile(r"""(\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.{1,2}/[^'"]+\.js)\2""")
_STATIC = re.compile(r"""^(?:import|export)\s[^;]*?from\s+'(\.[^']+)';""", re.M)
_NAMED = re.compile(r"^import \{([^}]*)\} from '([^']+)';\n", re.M)
_DEFAULT = re.compile(r"^export default class (\w+)", re.M)


class NotJoinedError(Exception):
    """A module that cannot stand in one file with the others, and why."""


@cache
def joiner() -> str:
    """Name what `join_members` is now: another name may make another script of the same."""
    return f"{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()} {slimmer()}"


def members_of(sources: Mapping[str, str]) -> list[str]:
    """Name the modules that are joined, each after those that it imports; none where there is no form.

    Args:
        sources: every script by its URL, as it is written.
    """
    return list(dict.fromkeys(_in_order(sources, ENTRY))) if ENTRY in sources else []


def join_members(sources: Mapping[str, str]) -> str:
    """Write the one script.

    Raises:
        NotJoinedError: for a name that two modules export, or that one exports and another has from the browser.
    """
    members = members_of(sources)
    parts = _without_clashes({url: _readdress(sources[url], url, members, base="/pwa") for url in members})
    return "".join(_DEFAULT.sub(r"export class \1", part) for part in parts)


def readdressed(sources: Mapping[str, str]) -> dict[str, str]:
    """Give the scripts that are served otherwise than they are written: the members hand on what is in the one file."""
    members = members_of(sources)
    others = {
        url: _imported_once(_readdress(source, url, members, base=posixpath.dirname(url)))
        for url, source in sources.items()
        if url not in members
    }
    handed_on = {url: _hand_on(sources[url], url) for url in members}
    return {url: text for url, text in others.items() if text != sources[url]} | handed_on


def only_hands_on(script: bytes) -> bool:
    """Tell whether a script as it is served is a member at its old address, for which no script of ours asks."""
    return script.startswith(b"export*from'") and JOINED.rpartition("/")[2].encode() in script


def _in_order(sources: Mapping[str, str], url: str) -> Iterator[str]:
    """Name a module after everything that it imports."""
    for found in _STATIC.findall(sources[url]):
        yield from _in_order(sources, _resolve(url, found))
    yield url


def _resolve(url: str, specifier: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(url), specifier))


def _readdress(source: str, url: str, members: Collection[str], *, base: str) -> str:
    """Write the addresses of what the module at *url* imports as they are seen from the folder *base*."""

    def address(found: re.Match[str]) -> str:
        to = _resolve(url, found[3])
        return f"{found[1]}{found[2]}{_seen_from(base, JOINED if to in members else to)}{found[2]}"

    return _SPECIFIER.sub(address, source)


def _imported_once(source: str) -> str:
    """Write what a module has by name from one file as one import."""
    names: dict[str, list[str]] = {}
    for found in _NAMED.finditer(source):
        names.setdefault(found[2], []).append(found[1].strip().rstrip(","))
    return _NAMED.sub(lambda found: _import(names.pop(found[2], []), found[2]), source)


def _import(names: Sequence[str], address: str) -> str:
    return f"import {{ {', '.join(names)} }} from '{address}';\n" if names else ""


def _seen_from(base: str, url: str) -> str:
    path = posixpath.relpath(url, base)
    return path if path.startswith(".") else f"./{path}"


def _hand_on(source: str, url: str) -> str:
    to = _seen_from(posixpath.dirname(url), JOINED)
    default = _DEFAULT.search(source)
    named = f"export {{ {default[1]} as default }} from '{to}';\n" if default else ""
    return f"export * from '{to}';\n{named}"


def _without_clashes(sources: Mapping[str, str]) -> Iterator[str]:
    """Take the imports out of modules, and rename what they keep to themselves where it would meet another's."""
    roots = [parse_script(source) for source in sources.values()]
    imported = [set(_imported(root)) for root in roots]
    tops = [top_names(root) for root in roots]
    exports = Counter(name for top in tops for name in top.exported)
    known = Counter(
        name for top, theirs in zip(tops, imported, strict=True) for name in {*top.own, *top.free} - theirs
    ) + exports  # fmt: skip
    for name in exports:
        if exports[name] > 1 or any(name in top.free for top in tops):
            raise NotJoinedError(f"{name} means two things in the modules of {JOINED}")
    for number, (root, top, theirs) in enumerate(zip(roots, tops, imported, strict=True)):
        clashing = {name for name in top.own if known[name] > 1} - theirs
        yield _rewrite(root, {name: (top.own[name], f"{name}${number}") for name in clashing})


def _imported(root: Node) -> Iterator[str]:
    """Give the names that a module has from others; only a name that stays the same needs no word for it."""
    for statement in _imports(root):
        for specifier in _specifiers(statement):
            if specifier.child_by_field_name("alias") is not None:
                raise NotJoinedError(f"{_text(specifier)} has another name in the modules of {JOINED}")
            yield _text(specifier)


def _imports(root: Node) -> list[Node]:
    return [child for child in root.children if child.type == "import_statement"]


def _specifiers(node: Node) -> Iterator[Node]:
    if node.type == "import_specifier":
        yield node
    for child in node.named_children:
        yield from _specifiers(child)


def _rewrite(root: Node, renamed: Mapping[str, tuple[Mapping[int, bytes], str]]) -> str:
    source = root.text or b""
    edits = {node.start_byte: (node.end_byte, b"") for node in _imports(root)}
    for name, (uses, new) in renamed.items():
        edits |= {at: (at + len(name.encode()), before + new.encode()) for at, before in uses.items()}
    written, end, start = b"", 0, root.start_byte
    for at, (until, text) in sorted(edits.items()):
        written, end = written + source[end : at - start] + text, until - start
    return (written + source[end:]).decode() + "\n"


def _text(node: Node) -> str:
    return (node.text or b"").decode()
