"""A real hub beside a real office: enrolled, joined, killed in the middle, revoked."""

import asyncio
import base64
import http.client
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.databases import open_databases
from server.hub_keys import new_hub_code
from server.keys.key_changes import KeyDesk
from server.keys.paper import read_paper
from server.keys.server_key import read_server_key
from server.office import now
from server.settings import load_settings
from sync.canonical import b32_encode, sha256
from sync.cipher import OVERHEAD
from sync.key_pair import key_pair_from, new_key_pair
from sync.padding import is_padded_length
from tests.applicants import Applicant
from tests.hubs import RunningHub, code_in
from tests.papers import PaperOffice, found_office
from tests.people import person
from tests.serving import PATIENCE


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait for what the hub does by itself."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "the hub did not do it"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperOffice]:
    papers = found_office(tmp_path_factory.mktemp("papers") / "office")
    with papers.office:
        yield papers


@pytest.fixture(scope="module")
def hub(papers: PaperOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    hub = RunningHub(tmp_path_factory.mktemp("hub"), papers.office)
    hub.join(papers)
    with hub:
        yield hub


def test_a_hub_answers_pages_of_the_office_and_of_nobody_else(hub: RunningHub, papers: PaperOffice) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    allowed = hub.ask("OPTIONS", "/exchange", headers=asked | {"Origin": papers.office.url})
    assert allowed.status == 204
    assert allowed.headers["access-control-allow-origin"] == papers.office.url
    for origin in ("https://elsewhere.example", hub.url, "null"):
        for answer in (
            hub.ask("OPTIONS", "/exchange", headers=asked | {"Origin": origin}),
            hub.ask("GET", "/ping", headers={"Origin": origin}),
        ):
            assert "access-control-allow-origin" not in answer.headers
            assert answer.headers["vary"] == "Origin"


IMAGE = next(n for n in range(20_000, 40_000) if is_padded_length(n - OVERHEAD))
NDJSON = {"Content-Type": "application/x-ndjson"}
NOT_HERE = (
    "/service-worker.js", "/pwa/main.js", "/manifest.json", "/id/apply/passport-new", "/staff/", "/couch/public",
    "/packs/id.json", "/devices", "/id/track",
)  # fmt: skip


@pytest.mark.parametrize("path", NOT_HERE)
def test_nothing_of_the_app_is_served_by_a_hub(hub: RunningHub, path: str) -> None:
    answer = hub.ask("GET", path, headers={"Accept": "text/html"})
    assert answer.status in (404, 405)
    assert b"<script" not in answer.body
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_hub_gives_the_offices_keys_as_the_root_signed_them(hub: RunningHub, papers: PaperOffice) -> None:
    told, office = hub.ask("GET", "/keys.json").json(), papers.office.ask("GET", "/office.json").json()
    assert (told["root"], told["keys"]) == (office["root"], office["keys"])


def test_guides_are_read_at_a_hub_without_scripts_and_forms_are_the_offices(
    hub: RunningHub, papers: PaperOffice
) -> None:  # fmt: skip
    wait_for(lambda: b"/id/guides/" in hub.ask("GET", "/id/").body)
    home = hub.ask("GET", "/id/")
    for path in [*re.findall(r'href="(/id/guides/[^"]+)"', home.text), "/en/"]:
        page = hub.ask("GET", path)
        assert page.status == 200
        assert "<h1>" in page.text
        assert not re.search(r"<script|<form|modulepreload", page.text)
        assert "script-src 'none'" in page.headers["content-security-policy"]
    assert hub.ask("GET", "/pwa/app.css").status == 200
    for path in ("/xx/", "/id/guides/none", "/forms/none.json"):
        assert hub.ask("GET", path).status == 404
    form = hub.ask("GET", "/forms/passport-new.json", headers={"Origin": papers.office.url})
    assert form.body == papers.office.ask("GET", "/forms/passport-new.json").body
    assert form.headers["access-control-allow-origin"] == papers.office.url


def test_status_says_how_each_link_is_and_what_waits_by_nagari(hub: RunningHub, papers: PaperOffice) -> None:
    well = hub.run("status")
    assert well.returncode == 0, well.stdout
    assert "nothing unsent" in well.stdout
    at_office = papers.office.run("status")
    assert at_office.returncode == 0, at_office.stdout
    assert "hub kinali: last success" in at_office.stdout

    applicants = [Applicant(papers.office.url, values=person(one)) for one in (1, 2)]
    pairs = [list(one.seal()) for one in applicants]
    papers.office.stop()
    body = "".join(f"{json.dumps(line)}\n" for line in ({"v": 1}, *pairs)).encode()
    answer = hub.ask("POST", "/exchange", headers=NDJSON, body=body)
    assert [json.loads(row)[1] for row in answer.body.splitlines()[1:]] == ["ok", "ok"]
    wait_for(lambda: "cannot be reached" in hub.run("status").stdout)
    away = hub.run("status").stdout
    assert "2 unsent" in away
    for pair in pairs:
        assert f"({pair[0]['area']})" in away
    papers.office.start()
    hub.restart()  # killed, and on its own again at once
    wait_for(lambda: "nothing unsent" in hub.run("status").stdout)
    for one in applicants:
        assert one.news() == []
        assert len(one.whole_case()) == 1


def test_an_image_left_at_the_hub_reaches_the_office_and_leaves_the_hub(hub: RunningHub, papers: PaperOffice) -> None:
    image = os.urandom(IMAGE)
    digest = b32_encode(sha256(image))
    applicant = Applicant(papers.office.url, values=person(3))
    pair = list(applicant.seal(blobs=(digest,)))
    id_ = pair[0]["_id"]
    body = "".join(f"{json.dumps(line)}\n" for line in ({"v": 1}, pair)).encode()
    assert hub.ask("POST", "/exchange", headers=NDJSON, body=body).status == 200
    named = ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in
                     (("version", id_), ("digest", digest)))  # fmt: skip
    begun = {"Tus-Resumable": "1.0.0", "Upload-Length": str(IMAGE), "Upload-Metadata": named}
    done = hub.ask("POST", "/blobs/", headers=begun | {"Content-Type": "application/offset+octet-stream"}, body=image)
    assert done.status == 201, done.text
    [signed, _] = json.loads(done.headers["rantau-receipt"])
    assert (signed[5], signed[7]) == ([digest], "hub:kinali") or signed[7] == "office"

    wait_for(lambda: hub.ask("POST", "/exchange", headers=NDJSON,
                             body=json.dumps({"v": 1, "ask": [id_]}).encode()).text.count(digest) == 1)  # fmt: skip
    proof = {"Authorization": f"Rantau {applicant.case}.{applicant.keys.proof}"}
    assert papers.office.ask("GET", f"/blobs/{digest}", headers=proof).body == image
    wait_for(lambda: image[:4000] not in b"".join(path.read_bytes() for path in hub.data.glob("*.sqlite*")))


def test_a_hub_killed_in_the_middle_of_a_request_has_each_item_once(hub: RunningHub, papers: PaperOffice) -> None:
    applicants = [Applicant(papers.office.url, values=person(n)) for n in (5, 6)]
    lines = [f"{json.dumps(line)}\n".encode() for line in ({"v": 1}, *(list(one.seal()) for one in applicants))]

    def killed_after(count: int) -> Iterator[bytes]:
        yield b"".join(lines[:count]) + lines[count][:200]
        hub.kill()
        yield lines[count][200:]

    for count in (1, 2):
        with pytest.raises((OSError, http.client.HTTPException)):
            hub.ask("POST", "/exchange", headers=NDJSON, body=killed_after(count))
        hub.start()
    answer = hub.ask("POST", "/exchange", headers=NDJSON, body=b"".join(lines))
    assert [json.loads(row)[1] for row in answer.body.splitlines()[1:]] == ["ok", "ok"]
    wait_for(lambda: "nothing unsent" in hub.run("status").stdout)
    assert [len(one.whole_case()) for one in applicants] == [1, 1]


def test_a_hub_without_any_connection_gives_its_day_on_a_stick(
    hub: RunningHub, papers: PaperOffice, tmp_path: Path
) -> None:
    applicant, stick = Applicant(papers.office.url, values=person(7)), tmp_path / "kinali.rantau"
    body = "".join(f"{json.dumps(line)}\n" for line in ({"v": 1}, list(applicant.seal()))).encode()
    assert "A hub exports" in papers.office.run("export", str(stick)).stderr
    papers.office.stop()
    assert hub.ask("POST", "/exchange", headers=NDJSON, body=body).status == 200
    exported = hub.run("export", str(stick))
    assert f"{stick}: 1 items, 0 images" in exported.stdout, exported.stderr
    assert "is there already" in hub.run("export", str(stick)).stderr
    assert "1 received, 0 not." in papers.office.run("import", str(stick)).stdout
    taken = hub.run("import", str(tmp_path / "kinali-ack.rantau"))
    assert (taken.returncode, taken.stdout.count("the office has 1 of")) == (0, 1), taken.stderr
    assert "nothing unsent" in hub.run("status").stdout
    papers.office.start()
    assert len(applicant.whole_case()) == 1


def test_the_doctor_and_the_start_say_when_phones_would_not_find_the_hub(hub: RunningHub) -> None:
    well = hub.run("doctor")
    assert well.returncode == 0, well.stdout + well.stderr
    assert "lists this hub" in well.stdout
    named = hub.env["RANTAU_ORIGIN"]
    hub.env["RANTAU_ORIGIN"] = named.replace("kinali", "lain")
    try:
        for command in ("doctor", "serve"):
            done = hub.run(command)
            assert done.returncode == 1
            assert f"phones look for this hub at {named}" in done.stdout + done.stderr
    finally:
        hub.env["RANTAU_ORIGIN"] = named


def test_one_code_makes_one_hub(papers: PaperOffice, tmp_path: Path) -> None:
    first, second = (RunningHub(tmp_path / name, papers.office, "ranah") for name in ("one", "two"))
    code = first.join(papers)
    joined = second.run("hub", "join", "--upstream", papers.office.url, "--yes", stdin=f"{code}\n")
    assert joined.returncode == 1
    assert "another laptop" in joined.stderr
    assert not (second.data / "hub.key").exists()
    again = first.run("hub", "join", "--upstream", papers.office.url, "--yes", stdin=f"{code}\n")
    assert again.returncode == 0, "whose answer was lost asks again"
    assert papers.office.run("hub", "revoke", "ranah", stdin="").returncode == 1  # the paper is in the safe
    ended = first.run("hub", "join", "--upstream", papers.office.url, "--yes", stdin=f"{code}\n")
    assert ended.returncode == 1
    assert "revoked" in ended.stderr
    assert (first.data / "hub.key").exists(), "what waits there still has to be sent"


def test_an_office_that_is_told_to_join_as_a_hub_keeps_what_it_has(papers: PaperOffice) -> None:
    code = code_in(papers.office.run("hub", "enrol", "aia", stdin=papers.root).stdout)
    applicant = Applicant(papers.office.url, values=person(4))
    applicant.send()
    joined = papers.office.run("hub", "join", "--upstream", papers.office.url, "--yes", stdin=f"{code}\n")
    assert joined.returncode == 1
    assert "the folder of an office" in joined.stderr
    assert len(applicant.whole_case()) == 1


def test_a_mistyped_code_makes_none(papers: PaperOffice, tmp_path: Path) -> None:
    hub = RunningHub(tmp_path / "hub", papers.office, "talu")
    right = new_hub_code()
    wrong = right.replace(right[0], "b" if right[0] != "b" else "c", 1)
    joined = hub.run("hub", "join", "--upstream", papers.office.url, "--yes", stdin=f"{wrong}\n")
    assert joined.returncode == 1
    assert "mistyped" in joined.stderr
    assert not hub.data.exists()


def test_a_hub_is_enrolled_with_the_roots_paper_alone(papers: PaperOffice) -> None:
    refused = papers.office.run("hub", "enrol", "sasak", stdin=papers.recovery)
    assert refused.returncode == 1
    assert "not the root key" in refused.stderr
    assert "sasak" not in papers.office.run("hub", "list").stdout
    assert papers.office.run("hub", "enrol", "Sasak!", stdin=papers.root).stderr.startswith("Error: name")


def test_the_code_is_stored_nowhere(papers: PaperOffice, hub: RunningHub) -> None:
    printed = papers.office.run("hub", "enrol", "sungai", stdin=papers.root)
    code = code_in(printed.stdout)
    for folder in (papers.office.folder, hub.folder):
        for path in folder.rglob("*"):
            assert not path.is_file() or code.replace(" ", "").encode() not in path.read_bytes().replace(b" ", b"")


def test_a_lost_hub_ends_at_once_and_its_key_with_the_paper(papers: PaperOffice, tmp_path: Path) -> None:
    assert papers.office.run("hub", "enrol", "hilang", stdin=papers.root).returncode == 0
    # The paper is in the safe: reading ends all the same, and the key the next day.
    first = papers.office.run("hub", "revoke", "hilang", "--lost", stdin="")
    assert first.returncode == 1
    assert "hilang hears nothing any more" in first.stdout
    assert "run this again" in first.stderr
    done = papers.office.run("hub", "revoke", "hilang", "--lost", stdin=papers.root)
    assert done.returncode == 0, done.stderr
    assert "is destroyed" in done.stdout
    peers = papers.office.run("peers", "list").stdout
    assert [line for line in peers.splitlines() if "hub.hilang " in line and "revoked" in line]


def test_an_enrolment_that_was_cut_off_behind_the_list_is_taken_back(papers: PaperOffice) -> None:
    data = papers.office.folder / "data"

    async def list_only_the_key() -> None:
        async with open_databases(load_settings({"RANTAU_DATA": str(data)})) as databases:
            desk = KeyDesk(databases, read_server_key(data), now())
            await desk.add_hub("putus", new_key_pair().pub, key_pair_from(read_paper(papers.root.splitlines())))

    asyncio.run(list_only_the_key())
    done = papers.office.run("hub", "revoke", "putus", "--lost", stdin=papers.root)
    assert done.returncode == 0, done.stderr
    assert "is destroyed" in done.stdout
    unknown = papers.office.run("hub", "revoke", "tiada", stdin="")
    assert (unknown.returncode, unknown.stderr.strip()) == (1, "Error: name: there is no such hub")
