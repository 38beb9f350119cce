import json
import shutil
import subprocess

import pytest

from server.settings import ROOT
from server.site.slim import parse_script, slim_script, slim_style, write_script

SCRIPTS = [p for p in sorted((ROOT / "pwa").rglob("*.js")) if "vendor" not in p.parts]

# Node's own parser (swc) reads the module and writes it anew without comments: equal output is an equal program.
REWRITE = """
import { stripTypeScriptTypes } from 'node:module';
let text = '';
for await (const part of process.stdin) text += part;
const rewrite = (source) => stripTypeScriptTypes(source, { mode: 'transform' });
console.log(JSON.stringify(JSON.parse(text).map(rewrite)));
"""

TRICKY = {
    "a comment within a template": "const a = `\n  // stays\n  /* stays */\n`;\n",
    "a template within a template": "const a = `${ [1].map((x) => `\n   ${ { x }.x }\n   // stays\n`) }\n  b`;\n",
    "a quote within a regular expression": "const a = /['\"`]/.test(b);\n// goes\nconst c = 1 / 2 / 3;\n",
    "a slash within a class": "const a = x.split(/[/\\]]/g);\n  // goes\n",
    "a regular expression after return": "function f(x) {\n  return /'/.test(x);\n}\n",
    "division after a bracket": "const a = (1 + 2) / 3; const b = c[0] / 2;\n// goes\n",
    "a comment like an address": "const a = 'http://stays'; // goes\nconst b = \"/* stays */\";\n",
    "a line that goes on": "const a = b\n  // goes\n  .c()\n\n  .d();\n",
    "no semicolon before the next line": "let a = 1\n/* goes */\nlet b = 2\n",
    "a comment in the middle of a line": "f(/** @type {any} */ (a));\nreturn_ = /* x */ 1;\n",
    "a comment that ends a statement": "let a = 1 /* one\ntwo */ let b = 2;\n",
    "braces in an object within a template": "const a = `${JSON.stringify({ b: { c: `}` } })}`;\n",
    "a plus before a plus": "const a = b + +c - -d + ++e;\n// goes\n",
    "a division by a regular expression": "const a = b / /c/.d; /* goes */\n",
    "a number's own member": "const a = 1 .toFixed() + (b ? .5 : c?.d); // goes\n",
    "a return that ends with its line": "function f() {\n  return // goes\n  1;\n}\n",
    "a function's end that ends a statement": "const f = function () {\n}\n// goes\nconst g = 1\n;[1].map(f)\n",
    "spread": "const a = { ...b, ...c }; f(...a); // goes\n",
    "a dollar within a template": "const a = ` $ $x ${ b } {} $`; // goes\n",
    "a private name and a generator": "class A { #b = 1; * c() { yield /x/; } }\n",
}


def with_long_names(source: str) -> str:
    return write_script(parse_script(source), {})


def rewritten(sources: list[str]) -> list[str]:
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(
        [node, "--no-warnings", "--input-type=module", "--eval", REWRITE],
        input=json.dumps(sources), capture_output=True, text=True, check=True,
    )  # fmt: skip
    programs: list[str] = json.loads(done.stdout)
    return programs


def test_every_script_of_the_app_is_the_same_program_without_its_comments() -> None:
    sources = [path.read_text() for path in SCRIPTS]
    slim = [with_long_names(source) for source in sources]
    for path, before, after in zip(SCRIPTS, rewritten(sources), rewritten(slim), strict=True):
        assert before == after, path
    assert sum(map(len, slim)) < 0.8 * sum(map(len, sources))


@pytest.mark.parametrize("source", TRICKY.values(), ids=TRICKY)
def test_what_looks_like_a_comment_is_not_always_one(source: str) -> None:
    assert rewritten([source]) == rewritten([with_long_names(source)])
    assert source.count("stays") == slim_script(source).count("stays")
    assert "goes" not in slim_script(source)


@pytest.mark.parametrize("source", ["const a = `b\n", "const a = `${b\n", "a = ;\n// x\n"])
def test_what_is_not_understood_stays_as_it_is(source: str) -> None:
    assert slim_script(source) == source


def test_comments_and_line_breaks_that_end_nothing_go() -> None:
    source = "/**\n * Says why.\n */\nexport const a = 1; // gone\n\n  // gone\nif (a) {\n    b();\n}\n"
    assert slim_script(source) == "export const a=1;if(a){b();}\n"


def test_a_style_sheet_loses_its_comments_and_keeps_its_strings() -> None:
    source = '/* top */\na {\n  content: "/* kept */"; /* gone */\n\n  background: url(data:image/png;/*kept*/);\n}\n'
    assert slim_style(source) == 'a {\ncontent: "/* kept */";\nbackground: url(data:image/png;/*kept*/);\n}\n'
