"""Write cases-guard.json from seal.json and events.json: `python tests/vectors/make_guard.py`.

Each row is a name, a document as CouchDB shows it to a validation, and whether it may stand in `cases`.
"""

import copy
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Doc = dict[str, Any]


def documents() -> dict[str, Doc]:
    """Give good documents by name."""
    seal = json.loads((HERE / "seal.json").read_text())
    events = json.loads((HERE / "events.json").read_text())
    found = {f"version: {entry['by']}, {entry['name']}": entry["version"] for entry in seal["entries"]}
    for entry in events["entries"]:
        event = entry["event"]
        for state in ("held", "taken"):
            claim = [state, event["sig"][:22], 1795565000]
            found[f"event: {entry['by']}, {entry['name']}, {state}"] = {**event, "claim": claim}
    gone = events["statements"]["gone"]
    other = ("b" if gone["_id"][5] != "b" else "c") + gone["_id"][6:]
    code = {**gone, "_id": "code." + gone["_id"][5:], "type": "code", "to": other}
    return found | {"gone": gone, "code": code} | bookings()


def bookings() -> dict[str, Doc]:
    """Give what is written of places, one of each kind."""
    case, at, offer = "a" * 24, 1795565000, "261207-aaaa"
    base = {"type": "booking", "case": case}
    record = {"want": None, "offer": None, "place": None, "ends": None, "why": [], "moves": 0, "full": None, "at": at}
    had = {"offer": offer, "place": 7, "ends": at, "why": ["round", 261203, 4, 12, 1], "moves": 1}
    past = {"past": [["261123-bbbb", 3, at, ["online"]], ["261130-cccc", 12, at, ["round", 261126, 1, 1, 2]]]}
    waits = {"wish": [offer], "priority": 1, "at": at, "lost": 0, "round": None}
    return {
        "booking: a place, held": {"_id": f"bk.{offer}.07", **base, "claim": ["held", "a" * 16, at]},
        "booking: a place": {"_id": f"bk.{offer}.107", **base, "claim": ["taken", "a" * 16, at]},
        "booking: who came": {"_id": f"bk.{offer}.07.came", **base, "came": "arrived", "at": at},
        "booking: a case's record": {"_id": f"bk.c.{case}", **base, **record},
        "booking: a case's place": {"_id": f"bk.c.{case}", **base, **record, **had},
        "booking: a case's places": {"_id": f"bk.c.{case}", **base, **record, **had, **past},
        "booking: a wish": {"_id": f"bk.w.{case}", **base, **waits},
        "booking: a round": {
            "_id": "bk.r.261203",
            "type": "booking",
            "order": [case],
            "claim": ["taken", "a" * 16, at],
        },
    }


def changed(doc: Doc, place: str, value: Any) -> Doc:
    """Set what stands at a place such as `seal.g`; `...` takes it away."""
    doc = copy.deepcopy(doc)
    *path, last = place.split("/")
    inner: Any = doc
    for step in path:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return doc


def refused(good: dict[str, Doc]) -> dict[str, Doc]:
    """Give what must not stand there, by name."""
    version = next(doc for name, doc in good.items() if name.startswith("version"))
    event = next(doc for name, doc in good.items() if name.startswith("event") and doc["note"])
    gone, code = good["gone"], good["code"]
    group = next(iter(version["seal"]["g"]))
    name, nik = "Siti Aminah", "1312014504900001"
    of_versions: list[tuple[str, Any]] = [
        *((key, ...) for key in version),
        *((key, name) for key in version),
        *(("nama", name), ("nik", nik), ("answers", {"nama": name}), ("note", name), ("_attachments", {"a": {}})),
        *(("type", value) for value in ("letter", "event", None, ["application"], "constructor", "__proto__")),
        *(("at", value) for value in (-1, 1.5, "1", None, 2**53, True)),
        *(("service", value) for value in ("passport new", "Passport", "a" * 33, None, "a\n")),
        *(("form", value) for value in ("0.aaaaaaaa", "1.AAAAAAAA", "1", "1.aaaaaaaa\n")),
        *(("area", value) for value in ("Pasaman", "1", "13.12.03.2004.1", 13)),
        *(("device", value) for value in ("D-1", "", "a" * 33, 1)),
        *(("wish", value) for value in ([name], ["a", "a"], "a", [1], None, {})),
        *(("prev", value) for value in ([name], ["a" * 19 + "b"], [["a"]])),
        *(("blobs", value) for value in (["a" * 51 + "b"], ["foto.jpg"])),
        *(("seal", value) for value in (None, [], {}, "x")),
        *(("seal/v", value) for value in (2, "1", None)),
        *(("seal/w", value) for value in ("A" * 21 + "B", "A" * 23, None)),
        *(("seal/m", value) for value in ("A" * 42 + "B", None, 1)),
        *(("seal/nama", value) for value in (name, None)),
        *(("seal/g", value) for value in ({}, [], None, name, {"Personal": "AAAA"})),
        *((f"seal/g/{group}", value) for value in (name, nik, {"nama": name}, "A" * 124, "A" * 122 + "=", "", None)),
        *((f"seal/g/{group}", version["seal"]["g"][group] + more) for more in ("AAAA", "=", "\n")),
        *(("_id", value) for value in ("app.a.b", "app." + "a" * 24, gone["_id"], version["_id"] + ".a", nik)),
    ]
    of_events: list[tuple[str, Any]] = [
        *((key, ...) for key in event if key != "_id"),
        *((key, name) for key in event),
        *(("text", name), ("officer", "upik"), ("_attachments", {"a": {}})),
        *(("note", value) for value in (name, "", "AAAA", ["a"], event["note"] + "AAAA")),
        *(("on", value) for value in ([name], [], "a", None)),
        *(("step", value) for value in ("Ditolak", "ditolak karena nama", "a" * 33, 1)),
        *(("n", value) for value in (0, 10000, "1", 1.5, event["n"] + 1)),
        *(("case", value) for value in ("a" * 24, None)),
        *(("claim", value) for value in (None, [], ["free", event["sig"][:22], 1], ["taken", name, 1])),
        *(("claim", ["taken", event["sig"][:22], value]) for value in ("1", None, -1)),
        *(("kid", value) for value in ("O26A", "a", None)),
        *(("sig", value) for value in (event["sig"] + "A", event["sig"][:-1] + "B", None)),
    ]
    of_marks: list[tuple[str, Any]] = [
        *((key, ...) for key in gone),
        *(("reason", name), ("to", "a" * 24), ("type", "code"), ("kid", name), ("at", "x"), ("sig", name)),
        *(("_id", value) for value in ("gone.a", gone["_id"] + ".a", f"gone.{nik}")),
    ]
    of_bookings = [
        (kind, doc, key, value)
        for kind, doc in bookings().items()
        for key in (*doc, "nama")
        for value in ((name, nik, {"nama": name}, [name]) if key != "nama" else (name,))
    ]
    places = bookings()["booking: a case's places"]
    past: list[Any] = [
        [], [[]], ["261123-bbbb"], [["261123-bbbb", 3, 1]], [["261123-bbbb", name, 1, []]], [[name, 3, 1, []]],
        [["261123-bbbb", 3, 1, [name]]], [["261123-bbbb", 3, 1, [], nik]], [["261123-bbbb", 3, nik, []]],
    ]  # fmt: skip
    found = {f"version, {place} = {value!r}"[:90]: changed(version, place, value) for place, value in of_versions}
    found |= {f"event, {place} = {value!r}"[:90]: changed(event, place, value) for place, value in of_events}
    found |= {f"gone, {place} = {value!r}"[:90]: changed(gone, place, value) for place, value in of_marks}
    found |= {f"{kind}, {key} = {value!r}"[:90]: changed(doc, key, value) for kind, doc, key, value in of_bookings}
    found |= {f"booking: a case's places, past = {value!r}": changed(places, "past", value) for value in past}
    found |= {f"code, to {value!r}": changed(code, "to", value) for value in (name, code["_id"][5:], None)}
    found |= {
        "a deletion with a name": {"_id": version["_id"], "_deleted": True, "nama": name},
        "almost a deletion": {"_id": version["_id"], "_deleted": "yes"},
        "nothing of ours": {"_id": "a", "nama": name},
        "only an id": {"_id": nik},
    }
    return {name: doc for name, doc in found.items() if doc not in good.values()}


def as_shown(doc: Doc) -> Doc:
    """Add what CouchDB adds when it shows a document to a validation."""
    return {**doc, "_rev": "1-a", "_revisions": {"start": 1, "ids": ["a"]}}


def rows() -> list[list[Any]]:
    """Give every row."""
    good = documents()
    version = next(iter(good.values()))
    good = {**good, "as CouchDB shows it": as_shown(version)}
    good |= {"a deletion": as_shown({"_id": version["_id"], "_deleted": True})}
    good |= {"a design document": {"_id": "_design/guard", "language": "javascript"}}
    return [[name, doc, True] for name, doc in good.items()] + [[n, doc, False] for n, doc in refused(good).items()]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(row) for row in rows())
    (HERE / "cases-guard.json").write_text(f"[\n{lines}\n]\n", encoding="ascii")
