"""What docs/security.md says is not there is not there: looked for in the sources, as who audits them would."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = sorted([*(ROOT / "server").rglob("*.py"), *(ROOT / "sync").glob("*.py")])
SCRIPTS = sorted(path for path in [*ROOT.glob("pwa/**/*.js"), ROOT / "service-worker.js"] if "vendor" not in path.parts)
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))

# Modules that start commands, undo serialised objects or read XML, and calls that run a text.
MODULES = {"subprocess", "pickle", "marshal", "shelve", "dill", "yaml", "xml", "lxml", "ctypes.util"}
CALLS = {"eval", "exec", "compile", "__import__"}
METHODS = {
    "system",
    "popen",
    "spawnl",
    "spawnv",
    "execv",
    "execve",
    "create_subprocess_exec",
    "create_subprocess_shell",
}


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def called(tree: ast.AST) -> set[str]:
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    plain = {func.id for func in calls if isinstance(func, ast.Name)} & CALLS
    return plain | {func.attr for func in calls if isinstance(func, ast.Attribute)} & METHODS


def test_no_command_no_code_from_text_no_serialised_objects_no_xml() -> None:
    trees = {path.name: ast.parse(path.read_text()) for path in PYTHON}
    found = {name: (imported(tree) & MODULES) | called(tree) for name, tree in trees.items()}
    assert {name: what for name, what in found.items() if what} == {}


def test_no_script_writes_html_or_runs_a_text() -> None:
    for path in SCRIPTS:
        found = re.findall(
            r"\b(?:innerHTML|outerHTML)\s*\+?=(?!=)|\binsertAdjacentHTML\b|\bdocument\.write|\beval\(|\bnew Function\b"
            r"|\bset(?:Timeout|Interval)\(\s*['\"`]",
            path.read_text(),
        )
        assert found == [], path


def test_templates_escape_everything_but_what_the_office_wrote_itself() -> None:
    unescaped = {
        (path.relative_to(ROOT / "templates").as_posix(), found)
        for path in TEMPLATES
        for found in re.findall(r"\{\{[^}]*\|\s*safe[^}]*\}\}|\{%-?\s*autoescape[^%]*%\}", path.read_text())
    }
    assert unescaped == {
        ("guide.html", "{{ guide.html|safe }}"),
        # A form as applicants see it: what another template, which escapes, has just made.
        ("staff/form.html", "{{ shown[lang]|safe }}"),
        ("staff/form_version.html", "{{ html|safe }}"),
        ("hub/guide.html", "{{ guide.html|safe }}"),
        ("staff/guide.html", "{{ shown.html|safe }}"),
        ("staff/quiz.html", "{{ guide.html|safe }}"),
        ("macros/controls.html", '{{ kinds.get(it.field.control, "")|safe }}'),  # one of four texts that stand above it
    }
    for name in ("pages.py", "hub/pages.py"):
        assert re.findall(r"autoescape=(\w+)", (ROOT / "server" / name).read_text()) == ["True"]
    assert [path.name for path in PYTHON if "Markup(" in path.read_text()] == ["qr.py"]
