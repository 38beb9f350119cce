"""What photographed papers cost, and whether a reader that is not ours can still read them.

Cards and family sheets that nobody was ever given are photographed by seed (`photo-scene.js`): at a slant, in shadow,
not quite sharp, with noise. Each goes through the app's own pipeline in a real Chromium, its guess of the corners
unmended. Tesseract reads the numbers on the uncompressed photograph, on what we send, and on the peer's: the same
photograph drawn on a canvas and written as a JPEG of no more bytes. Of the papers whose every number it reads
uncompressed, `legible_percent` are those whose every number it still reads; `numbers_percent` are the numbers, also of
the papers on which it reads but some.
"""

import asyncio
import base64
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.async_api import Page

from bench.office_behind import fresh_browser, tell
from tests.serving import RunningOffice

SCENE = (Path(__file__).parent / "photo-scene.js").read_text()
SEEDS = 100
READ = ("ktp", "kk")
AKTA = 20  # of which only the bytes count

SHOOT = """async ([kind, seed]) => {
  const { Darkroom } = await import('/pwa/images/darkroom.js');
  const shot = scene.photograph(kind, seed);
  const room = (window.room ??= new Darkroom());
  const opened = await room.open(await shot.canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 }));
  const made = await room.make({ corners: opened.corners, kind });
  const blob = new Blob([made.bytes], { type: made.type });
  const peer = await scene.plainJpeg(shot.canvas, Math.max(made.width, made.height), blob.size);
  const crops = shot.niks.length && await Promise.all([
    scene.cropped(shot.canvas, shot.region, shot.letter),
    scene.cropped(blob, scene.straightened(shot.region, opened.corners, made), shot.letter),
    scene.cropped(peer, shot.region.map(([x, y]) => [x * peer.scale, y * peer.scale]), shot.letter),
  ]);
  return { niks: shot.niks, bytes: blob.size, peer: peer.size, crops, isFound: opened.isFound, isSharp: made.isSharp };
}"""


@dataclass(frozen=True)
class Shot:
    """One paper: what it cost, and which of its numbers were read uncompressed, as sent, and as the peer sends it."""

    kind: str
    bytes: int
    peer_bytes: int
    numbers: int
    read: tuple[frozenset[str], ...]


def measure(seeds: int = SEEDS) -> dict[str, Any]:
    """Photograph *seeds* papers of each kind and read them.

    Raises:
        RuntimeError: there is no tesseract.
    """
    if shutil.which("tesseract") is None:
        raise RuntimeError("bench.photo needs tesseract; on Debian: apt-get install tesseract-ocr")
    return _figures(asyncio.run(_shoot(seeds)))


async def _shoot(seeds: int) -> list[Shot]:
    with TemporaryDirectory() as folder:
        office = RunningOffice(Path(folder))
        await asyncio.to_thread(office.start)
        try:
            async with fresh_browser() as context:
                page = await context.new_page()
                await page.goto(f"{office.url}/id/")
                await page.evaluate(SCENE)
                wanted = [(kind, seed) for kind in READ for seed in range(1, seeds + 1)]
                wanted += [("akta", seed) for seed in range(1, min(seeds, AKTA) + 1)]
                return [await _one(page, kind, seed) for kind, seed in wanted]
        finally:
            await asyncio.to_thread(office.kill)


async def _one(page: Page, kind: str, seed: int) -> Shot:
    made = await page.evaluate(SHOOT, [kind, seed])
    if seed % 10 == 0:
        tell(f"photo: {kind} {seed}")
    texts = await asyncio.gather(*(_text(base64.b64decode(crop)) for crop in made["crops"] or ()))
    niks = made["niks"]
    read = tuple(frozenset(nik for nik in niks if nik in text) for text in texts)
    return Shot(kind, made["bytes"], made["peer"], len(niks), read)


async def _text(picture: bytes) -> str:
    """Read a picture (PGM) and give its digits, without what stands between them on a line."""
    process = await asyncio.create_subprocess_exec(
        "tesseract", "stdin", "stdout", "--psm", "6", "--dpi", "200",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin:/usr/local/bin"},
    )  # fmt: skip
    read, _ = await process.communicate(picture)
    return "\n".join(re.sub("[^0-9]", "", line) for line in read.decode().splitlines())


def _figures(shots: Sequence[Shot]) -> dict[str, Any]:
    whole = [shot for shot in shots if shot.read and len(shot.read[0]) == shot.numbers]
    ours, theirs = _legible(shots, whole, 1), _legible(shots, whole, 2)
    return {
        "bytes_three": _three(shots, "bytes"),
        **ours,
        "uncompressed": {kind: sum(shot.kind == kind for shot in whole) for kind in READ},
        "each": {kind: _mean([shot.bytes for shot in shots if shot.kind == kind]) for kind in (*READ, "akta")},
        "peer": {"name": "plain canvas JPEG", "bytes_three": _three(shots, "peer_bytes"), **theirs},
        "times_legible": round(ours["legible_percent"] / max(theirs["legible_percent"], 1), 2),
    }


def _legible(shots: Sequence[Shot], whole: Sequence[Shot], way: int) -> dict[str, float]:
    """Say how much of what is read uncompressed (way 0) is read after another way."""
    papers = sum(shot.read[0] == shot.read[way] for shot in whole)
    before = sum(len(shot.read[0]) for shot in shots if shot.read)
    after = sum(len(shot.read[0] & shot.read[way]) for shot in shots if shot.read)
    return {"legible_percent": _percent(papers, len(whole)), "numbers_percent": _percent(after, before)}


def _percent(part: int, of: int) -> float:
    return round(100 * part / of, 1) if of else 0.0


def _three(shots: Sequence[Shot], size: str) -> int:
    """Sum what a card, a family sheet and a certificate cost on average."""
    return sum(_mean([getattr(shot, size) for shot in shots if shot.kind == kind]) for kind in (*READ, "akta"))


def _mean(sizes: Sequence[int]) -> int:
    return round(sum(sizes) / len(sizes))


if __name__ == "__main__":
    print(json.dumps(measure()))
