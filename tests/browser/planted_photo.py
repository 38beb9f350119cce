"""A picture with words in it that no search may find again, put on a draft as the camera puts it there."""

import struct
import zlib

from playwright.sync_api import Page

from tests.browser.form_filling import wait_until_saved

PHOTO = "FOTO KREZVANTIN OLUMBRAX"  # written into a picture, as a camera writes what it knows


def attach(page: Page, paper: str = "ktp") -> None:
    """Put a picture of 40 by 20 with the marker in it on the draft of the open form, as one of this paper."""
    wait_until_saved(page)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 40, 20, 8, 0, 0, 0, 0)), (b"tEXt", b"Comment\0" + PHOTO.encode()),
        (b"IDAT", zlib.compress(bytes(41 * 20))), (b"IEND", b""),
    ]  # fmt: skip
    packed = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    page.evaluate(
        """async ([paper, bytes]) => {
          const { putImage } = await import('/pwa/images/image-store.js');
          const picture = { type: 'image/png', bytes: new Uint8Array(bytes), width: 40, height: 20 };
          await putImage(location.hash.slice('#d='.length), paper, picture);
        }""",
        [paper, [*b"".join([b"\x89PNG\r\n\x1a\n", *packed])]],
    )
