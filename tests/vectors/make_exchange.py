"""Write exchange.json from seal.json and receipt-code.json: `python tests/vectors/make_exchange.py`.

Items as they are sealed and as a thin link carries them, and the digest of a list of watched cases.
"""

import copy
import json
from pathlib import Path
from typing import Any

from server.watch import Watch
from server.watch_lists import digest_of
from sync.packed_item import pack_item
from sync.receipt_code import derive
from sync.shape import case_of_version, version_digest, version_id, wrap_hash

HERE = Path(__file__).parent


def with_one_entry(entry: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Give an item of the vectors as a device makes it, for one key of the office."""
    version, kid = copy.deepcopy(entry["version"]), next(iter(entry["wrap"]))
    wrap = {name: entry["wrap"][name] for name in (kid, "t")}
    version["seal"]["w"] = wrap_hash(wrap)
    version["_id"] = version_id(version["type"], case_of_version(version), version_digest(version))
    return version, wrap


def main() -> None:
    entries = json.loads((HERE / "seal.json").read_text())["entries"]
    items = [with_one_entry(entry) for entry in entries] + [(entries[0]["version"], entries[0]["wrap"])]
    keys = [derive(code) for code in sorted({entry["code"] for entry in entries})]
    watch = [Watch(key.case, key.proof, n) for n, key in enumerate(keys)]
    vectors = {
        "items": [{"item": item, "packed": pack_item(*item)} for item in items],
        "watch": [[one.case, one.proof, one.known, 0] for one in watch],
        "digest": digest_of(watch),
    }
    (HERE / "exchange.json").write_text(json.dumps(vectors, indent=1) + "\n")


if __name__ == "__main__":
    main()
