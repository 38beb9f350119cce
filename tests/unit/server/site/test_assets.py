from pathlib import Path

import pytest

from server.headers import WASM_WORKER
from server.settings import ROOT
from server.site.assets import load_assets


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "pwa/main.js": "// gone\nexport {};\n",
        "pwa/form.d.ts": "type",
        "pwa/css/tokens.css": "/* gone */\na { b: c }\n",
        "pwa/css/print.css": "nav { d: e }\n",
        "pwa/css/components.css": "f { g: h }\n",
        "pwa/passphrase/argon2-worker.js": "importScripts();\n",
        "pwa/vendor/argon2/argon2.js": "// stays\nx();\n",
        "pwa/vendor/argon2/LICENSE": "MIT",
        "service-worker.js": "// gone\nself;\n",
        "pwa/worker/end.js": "// its end\nlast();\n",
        "manifest.json": "{}",
        "pyproject.toml": "[project]",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_only_files_of_the_app_are_served(root: Path) -> None:
    assert sorted(load_assets(root)) == [
        "/manifest.json", "/pwa/app.css", "/pwa/css/components.css", "/pwa/css/print.css", "/pwa/css/tokens.css",
        "/pwa/main.js", "/pwa/passphrase/argon2-worker.js",
        "/pwa/vendor/argon2/argon2.js", "/service-worker.js",
    ]  # fmt: skip


def test_our_own_lose_their_comments_and_others_files_stay_verbatim(root: Path) -> None:
    assets = load_assets(root)
    assert assets["/pwa/main.js"].body == b"export{};\n"
    assert assets["/pwa/css/tokens.css"].body == b"a { b: c }\n"
    assert assets["/service-worker.js"].body == b"self;last();\n"
    assert assets["/pwa/vendor/argon2/argon2.js"].body == b"// stays\nx();\n"


def test_public_pages_have_one_sheet_the_print_rules_last(root: Path) -> None:
    sheet = load_assets(root)["/pwa/app.css"].body
    assert sheet == b"a { b: c }\nf { g: h }\n@media print {\nnav { d: e }\n}\n"


def test_only_the_worker_of_the_passphrase_has_a_policy_of_its_own(root: Path) -> None:
    own = {url: asset.headers for url, asset in load_assets(root).items() if asset.headers}
    assert own == {"/pwa/passphrase/argon2-worker.js": {"Content-Security-Policy": WASM_WORKER}}


def test_every_file_of_the_app_has_its_type() -> None:
    types = {Path(url).suffix: asset.type for url, asset in load_assets(ROOT).items()}
    assert types[".js"].startswith("text/javascript")
    assert types[".css"].startswith("text/css")
    assert all(url.startswith("/pwa/") or url.count("/") == 1 for url in load_assets(ROOT))
