"""What a camera sees and what files hold, made up: a paper with lines of writing on a dark table, and notes in EXIF."""

import struct
from pathlib import Path

WIDTH, HEIGHT = 640, 480
PAPER = (80, 60, 560, 420)  # left, top, right, bottom
TABLE, LIGHT, INK = 60, 215, 40
GPS_MARK = b"GPSMARK-9912"  # what stands in the EXIF of `with_exif`


def camera_film(path: Path) -> Path:
    """Write a film of one frame, which Chromium shows for ever as its camera's picture."""
    grey = bytes(_seen(x, y) for y in range(HEIGHT) for x in range(WIDTH))
    colour = bytes([128]) * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\nFRAME\n".encode() + grey + colour)
    return path


def _seen(x: int, y: int) -> int:
    left, top, right, bottom = PAPER
    if not (left <= x < right and top <= y < bottom):
        return TABLE
    is_writing = 24 < x - left < right - left - 24 and (y - top) % 28 in range(10, 18) and (x // 3) % 3 != 0
    return INK if is_writing and 20 < y - top < bottom - top - 20 else LIGHT


def with_exif(jpeg: bytes, *, orientation: int) -> bytes:
    """Give a JPEG the notes of a phone: how it was held, and a place."""
    tiff = b"MM\0*" + struct.pack(">IH", 8, 2)
    tiff += struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)  # Orientation
    tiff += struct.pack(">HHII", 0x8825, 4, 1, 38)  # where the GPS notes stand
    tiff += struct.pack(">I", 0)
    tiff += (
        struct.pack(">HHHII", 1, 0x001B, 7, len(GPS_MARK), 56) + struct.pack(">I", 0) + GPS_MARK
    )  # the way it was found
    notes = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(notes) + 2) + notes + jpeg[2:]


def bomb() -> bytes:
    """Give the head of a PNG of 900 million pixels."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 30_000, 30_000) + b"\x08\x02\0\0\0" + bytes(64)


# Photographs a sheet that is drawn on the spot, by the app's own modules, and gives what would be sent of it.
DEVELOP = """async () => {
  const { Darkroom } = await import('/pwa/images/darkroom.js');
  const canvas = Object.assign(document.createElement('canvas'), { width: 900, height: 640 });
  const context = canvas.getContext('2d');
  for (const [colour, ...place] of [['#444', 0, 0, 900, 640], ['#eee', 60, 50, 780, 540]]) {
    context.fillStyle = colour;
    context.fillRect(...place);
  }
  context.fillStyle = '#222';
  for (let y = 110; y < 540; y += 30) for (let x = 100; x < 780; x += 14) context.fillRect(x, y, 9, 12);
  const jpeg = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9));
  const room = new Darkroom();
  const { corners, isFound } = await room.open(jpeg);
  const sent = [];
  for (const kind of ['kk', 'ktp']) {
    const { type, bytes } = await room.make({ corners, kind });
    const { width } = await createImageBitmap(new Blob([bytes], { type }));
    sent.push([type, bytes.length, width]);
  }
  room.stop();
  return { isFound, sent };
}"""
