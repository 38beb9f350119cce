"""Makes a page ready for where it lies on a phone: there its scripts are at hand, and run.

Theory. What a browser with scripts finds in `noscript` it keeps as text and makes nothing of. So what a page says to
whoever has no scripts stays behind, and a form's lists of regions go there, each behind its control;
pwa/region-names.js makes a list when somebody looks into it, and all once what was typed is back. What the start begins
with comes before the page is drawn: it is here, and a slow phone that draws first has what was typed later.
"""

import re

_FIRST = '<script type="module" src="/pwa/components/early-draft.js"'
_WITHOUT_SCRIPTS = re.compile(r"<noscript>.*?</noscript>", re.S)
_LIST = re.compile(r"(<select [^>]*>\s*<option value=\"\">[^<]*)(<optgroup .*?)</select>", re.S)


def phone_copy(page: str) -> str:
    """Give the page as it lies in a pack."""
    lean = _LIST.sub(r"\1</select><noscript>\2</noscript>", _WITHOUT_SCRIPTS.sub("", page))
    return lean.replace(_FIRST, f'{_FIRST} blocking="render"')
