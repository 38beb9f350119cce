"""Cut Wycheproof's files down to the cases that our parameters meet: `python trim.py <folder testvectors_v1>`.

What is left out, and why: keys, nonces and tags of other lengths than ours; HKDF with a salt, because ours has none;
public keys of other curves given as JWK, because a point of ours names no curve.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COMMIT = "dac1dd4729fd1f8dd9e1e9f3dce51d783da6c166"
Case = dict[str, Any]
GROUP_KEYS = ("keySize", "ivSize", "tagSize")

KEPT: dict[str, tuple[Callable[[Case], bool], Callable[[Case], bool]]] = {
    "aes_gcm_test": (lambda group: [group[key] for key in GROUP_KEYS] == [256, 96, 128], lambda case: True),
    "ecdh_secp256r1_ecpoint_test": (lambda group: True, lambda case: True),
    "ecdh_secp256r1_webcrypto_test": (lambda group: True, lambda case: case["public"]["crv"] == "P-256"),
    "ecdsa_secp256r1_sha256_p1363_test": (lambda group: True, lambda case: True),
    "hkdf_sha256_test": (lambda group: True, lambda case: not case["salt"]),
    "hmac_sha256_test": (lambda group: [group["keySize"], group["tagSize"]] == [256, 256], lambda case: True),
    "pbkdf2_hmacsha256_test": (lambda group: True, lambda case: True),
}


def trimmed(name: str, published: Case) -> Case:
    """Keep what our functions can be asked, each case with its group's public key where it has one."""
    is_kept_group, is_kept = KEPT[name]
    cases = []
    for group in published["testGroups"]:
        key = {"public": group["publicKey"]["uncompressed"]} if "publicKey" in group else {}
        if is_kept_group(group):
            cases += [{**key, **_bare(case)} for case in group["tests"] if is_kept(case)]
    return {"source": f"C2SP/wycheproof testvectors_v1/{name}.json at {COMMIT}, trimmed", "tests": cases}


def _bare(case: Case) -> Case:
    bare = {key: value for key, value in case.items() if key != "flags"}
    for half in ("public", "private"):
        if isinstance(bare.get(half), dict):
            bare[half] = {key: bare[half][key] for key in ("d", "x", "y") if key in bare[half]}
    return bare


def main(folder: Path) -> None:
    """Write the files beside this one, a case a line."""
    for name in KEPT:
        kept = trimmed(name, json.loads((folder / f"{name}.json").read_text()))
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in kept["tests"])
        (HERE / f"{name}.json").write_text(f'{{"source":{json.dumps(kept["source"])},"tests":[\n{lines}\n]}}\n')


if __name__ == "__main__":
    main(Path(sys.argv[1]))
