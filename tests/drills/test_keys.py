"""What an office does with its keys over the years: rotated while it serves, rehearsed, recovered from paper, destroyed
only when nothing needs them."""

import asyncio
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from sync.canonical import b64u_decode
from sync.errors import OpenError
from sync.key_pair import new_key_pair
from sync.keyring import KeyList, verify_key_list, wrap_officer_key
from sync.receipts import verify_receipt
from sync.sqlite_store import open_sqlite
from sync.statements import sign_gone
from tests.applicants import Applicant, exchange, recipient
from tests.papers import LOGIN, PaperOffice
from tests.serving import ROOT

pytestmark = pytest.mark.timeout(240)

PATIENCE = 60.0  # seconds until a running server has to know a newer list, which a command may still have to make


def list_of(papers: PaperOffice) -> KeyList:
    told = papers.office.ask("GET", "/office.json").json()
    return verify_key_list(told["keys"], b64u_decode(told["root"]))


def wait_for_list(papers: PaperOffice, seq: int) -> KeyList:
    until = time.monotonic() + PATIENCE
    while (known := list_of(papers)).seq < seq:
        assert time.monotonic() < until, f"the server still has list {known.seq}"
        time.sleep(0.1)
    return known


def states(key_list: KeyList) -> dict[str, str]:
    return {key.kid: key.state for key in key_list.keys}


def send(papers: PaperOffice, to: tuple[str, bytes]) -> list[Any]:
    """Send an application sealed to a given key; the answer."""
    applicant = Applicant(papers.office.url)
    pair = applicant.seal(to=to)
    [answer] = exchange(papers.office.url, {"v": 1, "watch": []}, list(pair))
    return answer


def test_a_new_key_is_published_before_it_is_used_and_the_server_goes_on(papers: PaperOffice) -> None:
    old = recipient(papers.office.url)
    before = papers.office.ask("GET", "/ping").text
    assert "is published" in papers.keys("next", "--yes", paper=papers.root)
    known = wait_for_list(papers, 2)
    assert states(known) == {"k26a": "primary", "o26a": "old", "s26a": "primary", "k26b": "next", "o26b": "primary"}
    assert papers.office.ask("GET", "/ping").text != before

    assert "30 days" in papers.refused("promote", paper=papers.root)
    papers.keys("promote", "--now", paper=papers.root)
    known = wait_for_list(papers, 3)
    assert (states(known)["k26a"], states(known)["k26b"]) == ("old", "primary")

    # A phone that was away seals to the old one, and is heard all the same.
    new = known.primary("seal")
    for to in (old, (new.kid, new.pub)):
        assert send(papers, to)[1] == "ok"
    officer = papers.officer()
    assert officer.key_for("seal")[0] == "k26b"


def test_a_key_is_not_destroyed_while_anything_needs_it(papers: PaperOffice) -> None:
    old = recipient(papers.office.url)
    send(papers, old)
    assert "only an old key" in papers.refused("destroy", "k26a", paper=papers.root)
    papers.keys("next", "--yes", paper=papers.root)
    papers.keys("promote", "--now", paper=papers.root)
    assert "1 versions open with nothing else" in papers.refused("destroy", "k26a", paper=papers.root)

    case = papers.officer().get("cases").body["rows"][0]["case"]
    wait_for_list(papers, 3)
    erase(papers, case)
    # Killed when the list gives the key up and its grants are there still.
    with closing(command(papers, "keys", "destroy", "k26a", "--settle", "60")) as destroying:
        destroying.give(papers.root)
        wait_for_list(papers, 4)
    assert "2 grants deleted" in papers.keys("destroy", "k26a", "--settle", "0", paper=papers.root)
    assert send(papers, old)[1:] == ["refused", "kid-destroyed"]


@dataclass
class Command:
    """A command of `rantau` that is killed at the end, wherever it is then."""

    process: "subprocess.Popen[str]"

    def give(self, paper: str) -> None:
        """Type a paper."""
        assert self.process.stdin is not None
        self.process.stdin.write(paper)
        self.process.stdin.close()

    def close(self) -> None:
        """Kill it, which it must not have come before."""
        assert self.process.poll() is None
        self.process.kill()
        self.process.wait()


def command(papers: PaperOffice, *arguments: str) -> Command:
    """Begin a command."""
    office = papers.office
    begun = [sys.executable, "-m", "server", *arguments]
    return Command(subprocess.Popen(begun, cwd=ROOT, env=office.env, stdin=subprocess.PIPE, text=True))


def erase(papers: PaperOffice, case: str) -> None:
    officer = papers.officer()
    officer.step_up()
    kid, private = officer.office_key
    assert officer.post(f"cases/{case}/erase", sign_gone(case, at=1, kid=kid, private=private)).status == 200


def test_the_wrong_paper_changes_nothing(papers: PaperOffice) -> None:
    slip = ("b" if papers.root[0] == "a" else "a") + papers.root[1:]
    assert "root key: line 1" in papers.refused("renew", paper=slip)
    assert "not the root key" in papers.refused("renew", paper=papers.recovery)
    assert list_of(papers).seq == 1
    assert "List 2 is good until" in papers.keys("renew", paper=papers.root)
    assert wait_for_list(papers, 2).seq == 2


def test_the_recovery_can_be_rehearsed(papers: PaperOffice) -> None:
    assert "no case yet" in papers.keys("drill", paper=papers.recovery)
    send(papers, recipient(papers.office.url))
    assert "A case was opened with the paper" in papers.keys("drill", paper=papers.recovery)
    assert "WRONG" in papers.refused("drill", paper=papers.root)


def test_with_every_passphrase_forgotten_the_paper_opens_the_office_again(papers: PaperOffice) -> None:
    send(papers, recipient(papers.office.url))
    papers.office.stop()
    replace_record(papers, "kata sandi yang baru sekali")
    papers.office.start()
    officer = papers.officer()
    officer.passphrase = "kata sandi yang baru sekali"
    with pytest.raises(OpenError):  # the old grants are for a key that is no more
        officer.key_for("seal")
    assert f"{LOGIN} holds k26a, o26a now" in papers.keys("recover", LOGIN, "--yes", paper=papers.recovery)
    assert officer.key_for("seal")[0] == "k26a"


def test_a_new_server_key_signs_and_what_the_former_signed_counts_until_that_is_destroyed(papers: PaperOffice) -> None:
    def receipt() -> tuple[Any, Any]:
        version, wrap = Applicant(papers.office.url).seal()
        [answer] = exchange(papers.office.url, {"v": 1, "watch": []}, [version, wrap])
        return answer[2], version

    before, version = receipt()
    assert "s26b signs receipts" in papers.keys("server", paper=papers.root)
    known = wait_for_list(papers, 2)
    assert (states(known)["s26a"], states(known)["s26b"]) == ("old", "primary")
    after, newer = receipt()
    assert verify_receipt(after, newer, known).kid == "s26b"
    assert verify_receipt(before, version, known).kid == "s26a"
    # The record of what officers did goes on under the new key, also where the server begins with it.
    papers.officer()
    papers.office.restart()
    papers.officer()
    done = papers.office.run("doctor")
    assert done.returncode == 0, done.stdout

    # As when the former was stolen.
    papers.keys("destroy", "s26a", paper=papers.root)
    known = wait_for_list(papers, 3)
    with pytest.raises(OpenError):
        verify_receipt(before, version, known)
    verify_receipt(after, newer, known)
    assert papers.office.run("audit", "verify").returncode == 0


def replace_record(papers: PaperOffice, passphrase: str) -> None:
    """Make a new key for the officer, as the console does when a passphrase is forgotten."""

    async def write() -> None:
        store = open_sqlite(papers.office.folder / "data", "staff")
        old = await store.get(f"officer.{LOGIN}")
        await store.bulk_docs([wrap_officer_key(new_key_pair(), passphrase, LOGIN) | {"_rev": old["_rev"]}])
        await store.close()

    asyncio.run(write())
