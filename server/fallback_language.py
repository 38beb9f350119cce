"""What a language that is spoken in part lends from another: it is marked in the text, and told apart in the page.

A lent text lies between two signs of the private use area until the page is whole. In the page's text they become a
`lang`, so that a screen reader and a reader aloud take the right voice; in attributes and titles they go.
"""

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment

_BEGIN, _END = "\ue000", "\ue001"
_TOKEN = re.compile(r"(<[^>]*>)")
_PLAIN = re.compile(r"<(/?)(?:title|option|textarea)\b")  # what holds letters alone


def lent(text: str) -> str:
    """Mark a text as another language's."""
    return f"{_BEGIN}{text}{_END}"


def without_marks(text: str) -> str:
    """Give a text without such marks."""
    return text.replace(_BEGIN, "").replace(_END, "")


def with_languages(html: str, lender: str) -> str:
    """Say in a page which parts of it are in the *lender*'s language."""
    if _BEGIN not in html:
        return html
    parts, is_plain = [], False
    for token in _TOKEN.split(html):
        if plain := _PLAIN.match(token):
            is_plain = not plain[1]
        is_text = not is_plain and not token.startswith("<")
        marked = token.replace(_BEGIN, f'<span lang="{lender}">').replace(_END, "</span>") if is_text else token
        parts.append(without_marks(marked))
    return "".join(parts)


class LendingEnvironment(Environment):
    """Templates in which words by language, asked for in one that has none, are lent by the one it falls back to."""

    lenders: Mapping[str, str] = {}

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Get an item or an attribute."""
        lender = self.lenders.get(argument) if isinstance(argument, str) else None
        if lender is None or not isinstance(obj, Mapping) or argument in obj or lender not in obj:
            return super().getitem(obj, argument)
        return lent(obj[lender]) if isinstance(obj[lender], str) else obj[lender]
