"""A stick at the server: what is on it is looked at, taken in while the office is served, and answered by a file."""

import json
from pathlib import Path

from sync.bundle import BundleReader, Piece, office_id, write_bundle
from sync.canonical import b64u_decode
from sync.keyring import verify_key_list
from sync.receipts import verify_receipt
from tests.applicants import Applicant
from tests.people import person
from tests.serving import RunningOffice

NAME = "ROSMAINI UNTUK UJI"


def entries_of(path: Path) -> dict[str, bytes]:
    reader, found = BundleReader(), dict[str, bytes]()
    for part in reader.feed(path.read_bytes()):
        if isinstance(part, Piece):
            found[part.entry.name] = found.get(part.entry.name, b"") + part.data
    assert reader.finish() == ("whole", ())
    return found


def test_what_is_on_a_stick_is_taken_in_and_answered_as_often_as_one_likes(tmp_path: Path) -> None:
    with RunningOffice(tmp_path / "office") as office:
        told = office.ask("GET", "/office.json").json()
        root = b64u_decode(told["root"])
        people = [Applicant(office.url, person(n) | {"nama_lengkap": NAME}) for n in (1, 2)]
        pairs = [one.seal() for one in people]
        named = [(version["_id"], json.dumps([version, wrap]).encode()) for version, wrap in pairs]
        file = write_bundle("items", named, office=office_id(root), at=1_795_564_800)
        whole, cut, other = (tmp_path / f"rantau-2026-11-27-{n}.rantau" for n in ("2", "1", "0"))
        whole.write_bytes(file)
        cut.write_bytes(file[:-40])
        other.write_bytes(write_bundle("items", named, office="a" * 16, at=1))

        seen = office.run("bundle", str(whole), str(cut))
        assert "2 items, 0 images, written 2026-11-25" in seen.stdout
        assert f"missing  {named[1][0]}" in seen.stdout
        assert seen.returncode == 2
        assert NAME not in seen.stdout

        first = office.run("import", str(cut), str(other))
        assert f"{cut}: 1 received, 1 not. The file is cut short." in first.stdout
        assert f"{other}: not taken: it is for another office." in first.stderr
        assert first.returncode == 2
        done = office.run("import", str(whole), str(whole))
        assert (done.returncode, done.stderr) == (0, "")
        (full := tmp_path / "penuh.rantau").write_bytes(file)
        (tmp_path / "penuh-ack.rantau").mkdir()  # nothing can be written there
        taken = office.run("import", str(full), str(whole))
        assert (taken.returncode, taken.stderr) == (2, "")
        assert f"{full}: 2 received, 0 not." in taken.stdout
        assert "acknowledgement not written" in taken.stdout
        assert done.stdout.count(f"{whole}: 2 received, 0 not.") == 2

        acks = entries_of(tmp_path / "rantau-2026-11-27-2-ack.rantau")
        key_list = verify_key_list(told["keys"], root)
        for version, _ in pairs:
            assert verify_receipt(json.loads(acks[version["_id"]]), version, key_list).who == "office"
        assert list(entries_of(tmp_path / "rantau-2026-11-27-1-ack.rantau")) == [named[0][0]]

        # The office that is being served has them at once.
        for one, (version, _) in zip(people, pairs, strict=True):
            [row] = one.whole_case()
            assert row[0]["_id"] == version["_id"]
