"""Takes comments and spare white space out of our own scripts and style sheets: people pay for them by the kilobyte.

Theory. A comment counts as white space, and as a line break where it holds one (ECMA-262, 12.4): one within a line
becomes a space, one of many lines a line break. Line breaks stay, so that no statement ends elsewhere, and spaces go
only beside marks that join with nothing. To know what is code, the text is read token by token. The one ambiguity of
JavaScript's tokens, whether `/` divides or opens a regular expression, is decided by the token before it; a wrong
guess runs over the end of a line, and then the text stays as it was.
"""

import re

# After these a `/` opens a regular expression.
_OPERATORS = frozenset("(,=:[!&|?{};+-*%<>~^")
_KEYWORDS = frozenset({"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "await"})

_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t]+) | (?P<newline>\n)
  | (?P<line>//[^\n]*) | (?P<block>/\*.*?\*/)
  | (?P<string>"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')
  | (?P<word>[\w$\#@\u0080-\U0010ffff]+)
  | (?P<mark>.)
    """,
    re.X | re.S,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+/[a-z]*")
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*(?P<end>`|\$\{)", re.S)
_APART = frozenset("(,=:[|&?{};)]}>")  # no token is made by what stands beside these
_LAST = re.compile(r"(?://[^\n]*)?(?:\n|\Z)")
_CSS = re.compile(r"""(?P<keep>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|url\([^)"']*\))|/\*.*?\*/""", re.S)


class _Lost(Exception):
    """The reader no longer knows where it is."""


def slim_script(source: str) -> str:
    """Take comments, blank lines and spare spaces out of a module; unchanged where that is not certain."""
    try:
        return _Script(source).slim()
    except _Lost:
        return source


def slim_style(source: str) -> str:
    """Take comments, blank lines and indentation out of a style sheet."""
    text = _CSS.sub(lambda found: found["keep"] or " ", source)
    return "".join(f"{line.strip()}\n" for line in text.splitlines() if line.strip())


class _Script:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.before = ""  # the last token of code
        self.depths: list[int] = []  # open braces within each `${`
        self.fresh = True  # nothing but white space on this line so far

    def slim(self) -> str:
        while self.at < len(self.source):
            self._step()
        if self.depths:
            raise _Lost
        return "".join(self.out)

    def _step(self) -> None:
        found = _TOKEN.match(self.source, self.at)
        if found is None:
            raise _Lost
        self.at = found.end()
        kind, text = found.lastgroup, found[0]
        if kind == "newline":
            self._end_line()
        elif kind == "blank":
            self._space()
        elif kind in ("line", "block"):
            self._comment(text)
        elif text in ("`", "}") or text == "{":
            self._bracket(text)
        elif text == "/" and self._opens_regex():
            self._regex()
        elif text in ("'", '"'):
            raise _Lost  # a string that does not end on its line
        else:
            self._code(text)

    def _code(self, text: str) -> None:
        self.out.append(text)
        self.before = text
        self.fresh = False

    def _end_line(self) -> None:
        if not self.fresh:
            self.out.append("\n")
        self.fresh = True

    def _comment(self, text: str) -> None:
        if "\n" in text:
            self._end_line()
        else:
            self._space()

    def _space(self) -> None:
        follows = self.source[self.at : self.at + 1]
        # Not before a comment, which is nothing itself, nor twice.
        if self.fresh or _LAST.match(self.source, self.at) or self.out[-1] == " ":
            return
        if self.before in _APART or (follows and follows in _APART):
            return
        self.out.append(" ")

    def _bracket(self, text: str) -> None:
        if text == "`":
            self._code(text)
            self._template()
        elif text == "}" and self.depths and self.depths[-1] == 0:
            self.depths.pop()
            self._code(text)
            self._template()
        else:
            if self.depths:
                self.depths[-1] += 1 if text == "{" else -1
            self._code(text)

    def _template(self) -> None:
        found = _TEMPLATE.match(self.source, self.at)
        if found is None:
            raise _Lost
        self.at = found.end()
        self._code(found[0])
        if found["end"] == "`":
            self.before = "`"
        else:
            self.depths.append(0)
            self.before = "{"

    def _regex(self) -> None:
        found = _REGEX.match(self.source, self.at - 1)
        if found is None:
            raise _Lost
        self.at = found.end()
        self._code(found[0])

    def _opens_regex(self) -> bool:
        return not self.before or self.before in _OPERATORS or self.before in _KEYWORDS
