"""The layout rules, kept true by the build: short files, no import cycles, imports that point one way."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LINES = 300  # where to look for the second noun in a file
FORBIDDEN = {"sync": ("server", "starlette", "jinja2"), "server": ("tests", "bench")}
STATIC_IMPORT = re.compile(r"""^(?:import|export)\b(?:[^'";]*\bfrom)?\s*['"](\.[^'"]+)['"]""", re.M)

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("server", "sync")
    for path in sorted((ROOT / package).rglob("*.py"))
}
SCRIPTS = [*sorted(p for p in (ROOT / "pwa").rglob("*.js") if "vendor" not in p.parts), ROOT / "service-worker.js"]


def python_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def script_imports(path: Path) -> set[Path]:
    return {(path.parent / found).resolve() for found in STATIC_IMPORT.findall(path.read_text())}


def refuse_cycle(graph: dict[str, set[str]] | dict[Path, set[Path]]) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {error.args[1]}")


def test_every_file_is_short() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in [*MODULES.values(), *SCRIPTS]
    }
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_python_has_no_import_cycle() -> None:
    refuse_cycle({n: {i for i in python_imports(p) if i in MODULES and i != n} for n, p in MODULES.items()})


def test_scripts_have_no_import_cycle() -> None:
    refuse_cycle({path: script_imports(path) for path in SCRIPTS})


def test_every_script_that_is_imported_exists() -> None:
    missing = {str(i) for path in SCRIPTS for i in script_imports(path) if not i.is_file()}
    assert not missing


def test_imports_point_down() -> None:
    imports = [(name, other) for name, path in MODULES.items() for other in python_imports(path)]
    assert [(name, i) for name, i in imports if i.split(".")[0] in FORBIDDEN.get(name.split(".")[0], ())] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [name for name, path in MODULES.items() if not ast.get_docstring(ast.parse(path.read_text()))] == []
