import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from server.settings import ROOT
from server.site.assets import load_assets
from server.site.slim import slim_script

MANY = ", ".join(f"name{n}" for n in range(120))

# Each prints what it does; the shortened one has to print the same.
PROGRAMS = {
    "an inner name over an outer one": "const one = 1; { const one = 2; { say(one); } } say(one);",
    "a parameter over what its default names": """
        const first = 1; const f = (second = first, third = second) => { const first = 5;
        return [first, second, third]; }; say(f());
    """,
    "a parameter that nobody uses, and what the body declares": """
        say([1].map((_, at) => { const found = []; for (const each of [at]) found.push(each); return found; }));
        try { throw 1; } catch (ignored) { const found = []; found.push(2); found.push(3); say(found); }
    """,
    "a function named like what it calls": """
        function go(depth) { return depth ? go(depth - 1) : 'end'; } say(go(3));
    """,
    "a function expression's own name": """
        const f = function self(depth) { return depth ? self(depth - 1) : typeof self; }; say(f(2));
    """,
    "a caught error over an outer name": """
        const error = 'outer'; try { throw 'inner'; } catch (error) { say(error); } say(error); try { throw 1; }
        catch { say(error); }
    """,
    "properties keep their names": """
        const id = 1, name = 2; const made = { id, name, other: id };
        const { id: mine, name: yours = 3, missing = id, ...rest } = made;
        say([made, mine, yours, missing, rest]);
    """,
    "properties taken by parameters": """
        const f = ({ id, of: [first = id, ...rest] }, { deep: { name } = { name: 'none' }
        }) => [id, first, rest, name]; say(f({ id: 1, of: [undefined, 2, 3] }, {}));
    """,
    "assignments to what patterns name": """
        let left = 1, right = 2; [left, right] = [right, left]; ({ left, right = 9 } = { left: 5 });
        say([left, right]);
    """,
    "loops over names": """
        const each = 'outer'; for (const each of [1, 2]) say(each); for (let each = 0, most = 2; each < most;
        each += 1) say(each); for (const [key, each] of Object.entries({ a: 1 })) say([key, each]); say(each);
        let last; for (last in { x: 1 }) say(last);
    """,
    "a global and a local of one name": """
        const now = () => Date.now() > 0; function f(Date) { return Date; } say([now(), f(5)]);
    """,
    "what nobody declared": """
        say([typeof nobody, typeof e, typeof t, typeof n, (() => { const long = typeof r; return long; })()]);
    """,
    "a class with private members": """
        class Box { #value = 1; static #made = 0; static make() { Box.#made += 1; return new Box(); }
        get value() { return this.#value; } #twice() { return this.#value * 2; }
        has(other) { return [#value in other, this.#twice(), Box.#made]; } } say(Box.make().has({}));
        say(new Box().value);
    """,
    "a class expression's own name": """
        const Made = class Own { static get() { return Own === Made; } }; say(Made.get());
        class Sub extends Made { constructor() { super(); this.own = new.target === Sub; } } say(new Sub().own);
    """,
    "labels and switches": """
        const kind = 2; outer: for (const each of [1, 2, 3]) { switch (each) { case kind: { const kind = 'in';
        say(kind); break; } case 3: let found = each; say(found); break outer; default: continue outer; } }
    """,
    "closures keep their own": """
        const made = []; for (let count = 0; count < 3; count += 1) made.push(() => count);
        say(made.map((each) => each()));
    """,
    "a use before the declaration": "function early() { return later; } const later = 'later'; say(early());",
    "template parts": "const who = 'you', inner = 1; say(`to ${who} ${`and ${inner} who`} who`);",
    "generators and async": """
        function* count(most) { for (let at = 0; at < most; at += 1) yield at; } say([...count(3)]);
        const wait = async (value) => { const got = await value; return got; }; say(await wait(4));
    """,
    "arguments and this": """
        function all(first) { return [arguments.length, this === undefined, first]; } say(all(1, 2));
    """,
    "words as names": """
        const of = 1, get = 2, set = 3, async = 4, as = 5, from = 6; say([of, get, set, async, as, from]);
    """,
    "var keeps the file's names": "function f(flag) { if (flag) { var inner = 1; } return inner; } say(f(true));",
    "a block's function": "const f = 'outer'; { say(f()); function f() { return 'inner'; } } say(f);",
    "optional names": """
        const box = { name: { of: 1 } }; const name = 'of'; say([box?.name?.[name], box?.none?.name]);
    """,
    "a static block": "class A { static value; static { const value = 3; A.value = value; } } say(A.value);",
    "more names than letters": f"const f = ({MANY}) => [{MANY}]; say(f(...Array(120).keys()));",
}

# A module that exports, and one that imports from it under every form.
EXPORTS = """
const hidden = 1; export const shown = hidden + 1, other = 2; export function named(value) { return value + hidden; }
const inner = 3; export { inner as outer, hidden }; export default function whatever() { return named(5); }
export class Kept {}
export const { taken, deep: [first] } = { taken: 7, deep: [8] };
"""
IMPORTS = """
import standard, { shown, named as called, outer, hidden } from './exports.mjs'; import * as whole from './exports.mjs';
console.log(JSON.stringify([standard(), shown, called(1), outer, hidden, Object.keys(whole), whole.Kept.name]));
"""


def run(source: str, folder: Path) -> str:
    node = shutil.which("node")
    assert node is not None
    file = folder / "program.mjs"
    file.write_text(source)
    return subprocess.run([node, str(file)], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_with_short_names_does_the_same(program: str, tmp_path: Path) -> None:
    source = f"const say = (value) => console.log(JSON.stringify(value)); export const shown = 1;\n{program}\n"
    said = run(source, tmp_path)
    assert said
    assert run(slim_script(source), tmp_path) == said


def test_modules_know_each_other_by_their_long_names(tmp_path: Path) -> None:
    (tmp_path / "exports.mjs").write_text(EXPORTS)
    said = run(IMPORTS, tmp_path)
    assert json.loads(said)[0] == 6
    (tmp_path / "exports.mjs").write_text(slim_script(EXPORTS))
    assert run(IMPORTS, tmp_path) == said
    assert run(slim_script(IMPORTS), tmp_path) == said


def test_names_become_short() -> None:
    source = "import { longName } from './a.js';\nexport const f = ({ other }) => longName(other);\n"
    assert slim_script(source) == "import{longName as e}from'./a.js';export const f=({other:t})=>e(t);\n"


def test_what_other_scripts_may_share_keeps_its_name() -> None:
    source = "const shared = 1;\nfunction told(value) {\n  return value + shared;\n}\n"
    assert slim_script(source) == "const shared=1;function told(e){return e+shared;}\n"


def test_the_apps_own_tests_pass_on_what_phones_are_sent(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "pwa", tmp_path / "pwa")
    shutil.copytree(ROOT / "tests/unit/pwa", tmp_path / "tests/unit/pwa")
    for url, asset in load_assets().items():
        if url.endswith(".js") and url.startswith("/pwa/"):
            (tmp_path / url[1:]).write_bytes(asset.body)
    aside = ("content", "templates", "server", "node_modules", "package.json", "manifest.json", "service-worker.js")
    for name in aside:
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ("frozen", "vectors", "unit/rules"):
        if (ROOT / "tests" / name).exists():
            (tmp_path / "tests" / name).symlink_to(ROOT / "tests" / name)
    (tmp_path / "tests/unit/pwa/start-graph.test.js").unlink()  # it reads the sources as they are written
    tests = sorted(map(str, (tmp_path / "tests/unit/pwa").glob("*.test.js")))
    done = subprocess.run(
        [str(shutil.which("node")), "--test", "--test-timeout=60000", *tests],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, re.sub(r"(?m)^✔.*\n", "", done.stdout)[-4000:]
