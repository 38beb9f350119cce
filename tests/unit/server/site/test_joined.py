"""A form starts with one script in place of the modules that are in it, and they mean the same."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from server.settings import ROOT
from server.site.assets import load_assets
from server.site.joined import ENTRY, JOINED, NotJoinedError, join_members, readdressed
from server.site.slim import slim_script

FORM = """
import { count, more } from '../counting.js';
import { text } from '../text.js';
export default class Form {
  say(text) { return [text, count, find({ find: 1 })].join(); }
  async more() { more(); return [count, (await import('./later.js')).said, (await import('../text.js')).text]; }
}
const find = ({ find }) => ({ find, text }).text + find;
"""
SOURCES = {
    ENTRY: FORM,
    "/pwa/counting.js": "import { text } from './text.js';\nexport let count = find().length;\n"
    "export const more = () => { count += 1; };\n"
    "function find() { const shown = { find }; return text + (shown.find === find); }\n",
    "/pwa/text.js": "export const text = 'a text';\n",
    "/pwa/components/later.js": "import { count } from '../counting.js';\nimport { own } from './own.js';\n"
    "import {\n  text,\n} from '../text.js';\nexport const said = own + text + count;\n",
    "/pwa/components/own.js": "export const own = 'own';\n",
}
PROGRAM = """
import Form from './pwa/components/application-form.js'; import { count } from './pwa/counting.js';
const form = new Form(); const before = count;
console.log(JSON.stringify([form.say('x'), await form.more(), before, count]));
"""


def test_modules_in_one_file_do_what_they_did(tmp_path: Path) -> None:
    served = SOURCES | readdressed(SOURCES) | {JOINED: join_members(SOURCES)}
    assert run(tmp_path / "apart", SOURCES) == run(tmp_path / "one", served)
    slim = {url: slim_script(text) for url, text in served.items()}
    assert run(tmp_path / "slim", slim) == run(tmp_path / "apart", SOURCES)


def test_what_is_imported_from_one_file_is_imported_once() -> None:
    assert readdressed(SOURCES)["/pwa/components/later.js"].splitlines() == [
        "import { count, text } from '../form-start.js';",
        "import { own } from './own.js';",
        "export const said = own + text + count;",
    ]


def run(folder: Path, scripts: dict[str, str]) -> str:
    node = shutil.which("node")
    assert node is not None
    for url, text in (scripts | {"/program.mjs": PROGRAM, "/package.json": '{"type": "module"}'}).items():
        (folder / url[1:]).parent.mkdir(parents=True, exist_ok=True)
        (folder / url[1:]).write_text(text)
    return subprocess.run([node, "program.mjs"], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("/pwa/counting.js", "export const count = 1, more = 2, text = 'another';\n"),
        ("/pwa/counting.js", "export const count = 1, more = typeof setTimeout, text = setTimeout;\n"),
        ("/pwa/text.js", "export const text = 'a', setTimeout = 'b';\n"),
        (ENTRY, "import { count as said } from '../counting.js';\nexport default class Form { say = () => said; }\n"),
    ],
    ids=["exported-twice", "exported-in-one-and-other", "the-browsers", "another-name"],
)
def test_a_name_that_would_mean_two_things_is_refused(url: str, text: str) -> None:
    sources = SOURCES | {ENTRY: f"{FORM}\nsetTimeout(() => {{}});"}
    with pytest.raises(NotJoinedError):
        join_members(sources | {url: text})


def test_a_form_starts_with_a_handful_of_scripts() -> None:
    assets = {url: asset.body.decode() for url, asset in load_assets().items() if url.endswith(".js")}
    pages = [(ROOT / "templates" / name).read_text() for name in ("base.html", "form.html")]
    found: set[str] = set()
    waiting = [url for page in pages for url in re.findall(r'(?:src|href)="(/pwa/[^"]+\.js)"', page)]
    while waiting:
        if (url := waiting.pop()) not in found:
            found.add(url)
            waiting += [str((Path(url).parent / to).resolve()) for to in re.findall(r"\bfrom'(\.[^']+)'", assets[url])]
    assert {JOINED, ENTRY} <= found
    assert len(found) <= 6, found
