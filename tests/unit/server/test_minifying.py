"""Minified scripts are the same programs: Node reads them, they show the same names, and vendored files stay whole."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from server.minifying import minify_script, minify_style
from server.settings import ROOT

SCRIPTS = [path for path in sorted((ROOT / "pwa").rglob("*.js")) if "vendor" not in path.parts]
WORKERS = [ROOT / "service-worker.js", ROOT / "pwa/staff/argon2-worker.js"]

# Node's parser reads a module without running it, and tells what it asks for.
READ = """
import vm from 'node:vm';
let text = '';
for await (const part of process.stdin) text += part;
const asked = (source) => new vm.SourceTextModule(source).moduleRequests.map(({ specifier }) => specifier).toSorted();
console.log(JSON.stringify(JSON.parse(text).map(asked)));
"""
SHOWN = re.compile(r"export\s*(?:default\s*)?(?:async\s*)?(?:function\*?|class|const|let)\s*([\w$]+)")


def read_by_node(sources: list[str]) -> list[list[str]]:
    node = shutil.which("node")
    assert node is not None
    command = [node, "--no-warnings", "--experimental-vm-modules", "--input-type=module", "--eval", READ]
    done = subprocess.run(command, input=json.dumps(sources), capture_output=True, text=True, check=True)
    found: list[list[str]] = json.loads(done.stdout)
    return found


def test_every_module_asks_for_and_shows_the_same() -> None:
    sources = [path.read_text() for path in SCRIPTS if path not in WORKERS]
    minified = [minify_script(source) for source in sources]

    assert read_by_node(minified) == read_by_node(sources)
    for before, after in zip(sources, minified, strict=True):
        assert set(SHOWN.findall(before)) <= set(SHOWN.findall(after))


@pytest.mark.parametrize("path", [*SCRIPTS, ROOT / "service-worker.js"], ids=lambda path: path.name)
def test_a_script_is_shorter_and_without_comments(path: Any) -> None:
    source = path.read_text()
    minified = minify_script(source)

    assert len(minified) < len(source)
    assert not re.search(r"/\*\*|^\s*//", minified, re.M)


def test_text_that_looks_like_a_comment_stays() -> None:
    minified = minify_script(
        "export const a = `\n  // stays\n`, b = 'http://stays'; /* goes */ export const c = /['\"`]/;"
    )

    assert minified.count("stays") == 2
    assert "goes" not in minified


def test_a_script_that_cannot_be_read_is_served_as_it_is() -> None:
    assert minify_script("const = ;") == "const = ;"


def test_a_style_sheet_keeps_what_it_says() -> None:
    assert minify_style('a { content: "/* kept */"; /* goes */ color: #ff0000 }') == 'a{content:"/* kept */";color:red}'
