import io
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from server.cli import COMMANDS, main
from server.commands.keys import read_pair
from server.keys.founding import DEMO, check_officer
from server.keys.key_changes import KeyChangeError
from server.keys.paper import read_paper
from server.keys.server_key import read_server_key
from server.settings import ROOT, load_settings
from sync.key_pair import key_pair_from
from tests.made_before import lent_made
from tests.serving import RunningOffice

TYPED = "upik\nsandi untuk masuk\nkunci untuk membuka\n"


@pytest.fixture
def office(tmp_path: Path) -> RunningOffice:
    return RunningOffice(tmp_path / "office")


def keys_in(text: str) -> list[bytes]:
    lines = re.findall(r"^  (\d)  ([a-z0-9 ]+)$", text, re.M)
    starts = [at for at, (number, _) in enumerate(lines) if number == "1"] + [len(lines)]
    return [read_paper(line for _, line in lines[a:b]) for a, b in pairwise(starts)]


def test_init_prints_once_two_keys_that_can_be_typed_in_again(office: RunningOffice) -> None:
    office.folder.mkdir()
    done = office.run("init", "--stdin", stdin=TYPED)
    assert done.returncode == 0, done.stderr
    root, recovery = keys_in(done.stdout)
    assert key_pair_from(root).pub == read_server_key(office.folder / "data").root
    assert root != recovery
    assert "sandi untuk masuk" not in done.stdout + done.stderr
    assert "kunci untuk membuka" not in done.stdout + done.stderr

    again = office.run("init", "--stdin", stdin=TYPED)
    assert again.returncode == 1
    assert "already" in again.stderr
    assert not keys_in(again.stdout + again.stderr)


def test_init_names_what_is_not_good_enough(office: RunningOffice) -> None:
    for typed, named in (("upik\nshort\nkunci untuk membuka\n", "password"), ("upik\n", "three lines")):
        done = office.run("init", "--stdin", stdin=typed)
        assert done.returncode == 1
        assert named in done.stderr
        assert not (office.folder / "data" / "server.key").exists()


def test_a_real_office_is_not_served_as_a_demo(office: RunningOffice) -> None:
    office.run("init", "--stdin", stdin=TYPED)
    done = office.run("serve", "--demo")
    assert done.returncode == 1
    assert "without --demo" in done.stderr
    assert DEMO.password not in done.stdout + done.stderr


def test_the_demo_prints_how_to_get_in(office_server: RunningOffice) -> None:
    log = office_server.log.read_text()
    for text in (office_server.url, DEMO.login, DEMO.password, DEMO.passphrase, "Siap dipakai tanpa sinyal"):
        assert text in log
    check_officer(DEMO)


def test_the_readme_shows_what_the_demo_prints() -> None:
    readme = (ROOT / "README.md").read_text()
    assert load_settings({}).origin in readme
    for text in (DEMO.password, DEMO.passphrase):
        assert text in readme


def test_doctor_ends_with_1_when_something_is_wrong(office: RunningOffice) -> None:
    with lent_made(office.folder / "data"):
        done = office.run("doctor")
    assert done.returncode == 1
    assert "WRONG  Keys: " in done.stdout
    assert "`rantau init` makes a new office" in done.stdout
    office.run("init", "--demo")
    done = office.run("doctor")
    assert done.returncode == 0, done.stdout
    assert "WRONG" not in done.stdout


def test_every_command_is_found_by_its_name() -> None:
    found = {name: main.get_command(click.Context(main), name) for name in COMMANDS}
    assert {name: command and command.name for name, command in found.items()} == {name: name for name in COMMANDS}


def test_a_command_does_not_wait_for_what_only_others_need() -> None:
    looked = """import sys
from server.cli import main
main(["keys", "drill", "--help"], standalone_mode=False)
print({"granian", "aiohttp", "jinja2", "tree_sitter", "webauthn"} & set(sys.modules))"""
    done = subprocess.run([sys.executable, "-c", looked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize("command", ["init", "serve"])
def test_a_wrong_setting_is_one_sentence(tmp_path: Path, command: str) -> None:
    office = RunningOffice(tmp_path, env={"RANTAU_PORT": "x"})
    done = office.run(command, "--demo")
    assert done.returncode == 1
    assert done.stderr == "Error: RANTAU_PORT: a whole number from 1 to 65535\n"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("status", "Not a directory"),
        ("accounts list", "Not a directory"),
        ("init --demo", "Not a directory"),
        ("replicate @{file} public", "a file that holds a URL and nothing else"),
        ("replicate http://[::1/cases cases", "A side is the URL of a database"),
        ("backup {file} --keep 99999999", "--keep"),
    ],
)
def test_what_is_wrong_with_what_was_typed_is_said_and_no_traceback(tmp_path: Path, typed: str, said: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"\xff\xfe")
    done = CliRunner().invoke(main, typed.format(file=file).split(), env={"RANTAU_DATA": str(file / "data")})
    assert isinstance(done.exception, SystemExit)
    assert done.exit_code in (1, 2)
    assert "Error: " in done.output
    assert said in done.output


@pytest.mark.parametrize(
    "typed",
    [
        "accounts list",
        "audit show",
        "audit verify",
        "backup {data}-copies",
        "hub list",
        "keys list",
        "move-to-couchdb http://a:b@127.0.0.1:1",
        "peers list",
        "rehearse",
        "replicate cases http://127.0.0.1:1/cases",
        "restore",
        "retention --dry-run",
        "serve",
        "status",
    ],
)
def test_in_a_folder_that_is_no_office_nothing_is_well_and_nothing_is_made(tmp_path: Path, typed: str) -> None:
    data = tmp_path / "data"
    env = {"RANTAU_DATA": str(data), "RANTAU_PORT": "1"}
    done = CliRunner().invoke(main, typed.format(data=data).split(), env=env)
    assert isinstance(done.exception, SystemExit)
    assert done.exit_code == 1
    assert "server.key: No such file. RANTAU_DATA names the office's folder" in done.output
    assert not list(tmp_path.iterdir())

    data.mkdir()
    (data / "hub.key").touch()
    done = CliRunner().invoke(main, typed.format(data=data).split(), env=env)
    assert done.exit_code == 1
    assert "is the folder of a hub: set RANTAU_ROLE=hub" in done.output


def test_no_backup_takes_the_place_of_what_a_hub_collected(tmp_path: Path) -> None:
    (tmp_path / "hub.key").touch()
    (tmp_path / "cases.sqlite").write_text("collected")
    done = CliRunner().invoke(main, ["restore", str(tmp_path)], env={"RANTAU_DATA": str(tmp_path)})
    assert done.exit_code == 1
    assert "is the folder of a hub" in done.output
    assert (tmp_path / "cases.sqlite").read_text() == "collected"


def test_a_paper_that_is_no_text_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), encoding="utf-8"))
    with pytest.raises(KeyChangeError, match="root key: what came is no text"):
        read_pair("root")
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(KeyChangeError, match="root key: no line was typed"):
        read_pair("root")
