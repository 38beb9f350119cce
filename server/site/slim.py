"""Makes our own scripts and style sheets small without changing what they do: people pay for them by the kilobyte.

Theory. A comment counts as white space, and as a line break where it holds one (ECMA-262, 12.4). A line break may end a
statement, so it stays unless it stands where none can end; a space goes unless the two tokens beside it would make
another one. Names are shortened as short_names.py says. The reader is tree-sitter's; what it does not fully understand
is served as it was written.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from server.site.short_names import short_names

_WHOLE = frozenset({"string", "regex"})  # nodes within which every space counts
_NEVER_BEFORE, _NEVER_AFTER = b"})],;", b"{([,;"  # no statement ends at a line break beside these
_WORD = re.compile(rb"[\w$#\\\x80-\xff]")
_CSS = re.compile(r"""(?P<keep>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|url\([^)"']*\))|/\*.*?\*/""", re.S)


@cache
def slimmer() -> str:
    """Name what `slim_script` is now: another name may make another script of the same."""
    own = b"".join((Path(__file__).parent / name).read_bytes() for name in ("slim.py", "short_names.py"))
    return f"{hashlib.sha256(own).hexdigest()} {version('tree-sitter')} {version('tree-sitter-javascript')}"


@cache
def slim_script(source: str) -> str:
    """Take comments, spare white space and long names out of a script; unchanged where that is not certain."""
    root = parse_script(source)
    return source if root.has_error else write_script(root, short_names(root))


def slim_style(source: str) -> str:
    """Take comments, blank lines and indentation out of a style sheet."""
    text = _CSS.sub(lambda found: found["keep"] or " ", source)
    return "".join(f"{line.strip()}\n" for line in text.splitlines() if line.strip())


def parse_script(source: str) -> Node:
    """Read a script, or what can be read of it, into its tree."""
    return _parser().parse(source.encode()).root_node


def write_script(root: Node, names: Mapping[int, bytes]) -> str:
    """Write the script under *root* without what nobody needs, with *names* by the byte where others stand."""
    source = root.text or b""
    written = [b""]
    end = 0
    for token in _tokens(root):
        text = names.get(token.start_byte) or token.text or b""
        between = source[end - root.start_byte : token.start_byte - root.start_byte] if end else b""
        written += (_gap(written[-1], between, text), text)
        end = token.end_byte
    return b"".join(written).decode() + "\n"


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_javascript.language()))


def _tokens(root: Node) -> Iterator[Node]:
    # Not by recursion: each token would be handed up through all that it lies in.
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "comment" or node.start_byte == node.end_byte:
            continue
        if node.type in _WHOLE or not node.children:
            yield node
        else:
            waiting.extend(reversed(node.children))


def _gap(before: bytes, between: bytes, after: bytes) -> bytes:
    """Choose what stays of the white space and the comments *between* two tokens."""
    if not between or not before:
        return b""
    last, first = before[-1:], after[:1]
    if b"\n" in between:
        return b"" if last in _NEVER_AFTER or first in _NEVER_BEFORE else b"\n"
    both_words = _WORD.match(last) and _WORD.match(first)
    makes_another = (last == first and last in b"+-/") or (last == b"/" and first == b"*")
    makes_a_number = first == b"." and (last == b"?" or before[:1].isdigit())
    return b" " if both_words or makes_another or makes_a_number else b""
