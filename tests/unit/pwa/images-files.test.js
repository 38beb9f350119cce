import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';

import { readHeader } from '../../../pwa/images/image-header.js';
import { inspect, isSendable } from '../../../pwa/images/image-limits.js';
import { LARGEST } from '../../../pwa/images/image-store.js';
import { crc32, encodeInk } from '../../../pwa/images/png.js';

const bytes = (...parts) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : part)));

const EXIF = [0xff, 0xe1, 0x00, 0x06, 0xff, 0xc0, 0x11, 0x11]; // what looks like a frame inside of it is none
const FRAME = [0xff, 0xc2, 0x00, 0x11, 0x08, 0x0b, 0xb8, 0x0f, 0xa0, 0x03];

test('what a file is and how large its picture is stand in its head', () => {
  const png = bytes([0x89], 'PNG\r\n', [0x1a], '\n', [0, 0, 0, 13], 'IHDR', [0, 0, 0x75, 0x30, 0, 0, 0x03, 0xe8]);
  assert.deepEqual(readHeader(png), { kind: 'png', width: 30_000, height: 1000 });
  assert.deepEqual(readHeader(bytes([0xff, 0xd8], EXIF, FRAME)), { kind: 'jpeg', width: 4000, height: 3000 });
  assert.deepEqual(readHeader(bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0], [0x0f, 0x27, 0], [0xe7, 3, 0])),
    { kind: 'webp', width: 10_000, height: 1000 });
  assert.deepEqual(readHeader(bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ', [0, 0, 0, 0], [0, 0, 0, 0x9d, 1, 0x2a], [0x80, 2, 0xe0, 1])),
    { kind: 'webp', width: 640, height: 480 });
  assert.deepEqual(readHeader(bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8L', [0, 0, 0, 0], [0x2f], [0x7f, 0xc2, 0x77, 0])),
    { kind: 'webp', width: 640, height: 480 });
  assert.deepEqual(readHeader(bytes('%PDF-1.7\n')), { kind: 'pdf', width: 0, height: 0 });
});

test('our own icon is read', () => {
  const icon = readFileSync(new URL('../../../pwa/icons/app-192.png', import.meta.url));
  assert.deepEqual(readHeader(icon), { kind: 'png', width: 192, height: 192 });
});

test('what is cut, or something else, is nothing', () => {
  const whole = bytes([0xff, 0xd8], EXIF, FRAME);
  for (let length = 0; length < whole.length - 1; length++) assert.equal(readHeader(whole.subarray(0, length)), null);
  for (const other of ['GIF89a', '<svg xmlns="http://www.w3.org/2000/svg">', '\x00\x00\x00\x18ftypheic']) {
    assert.equal(readHeader(bytes(other)), null);
  }
  assert.equal(readHeader(bytes([0xff, 0xd8, 0xff, 0xda, 0, 2])), null);
});

test('what can be sent is what can be kept, and too many pixels or bytes are refused unopened', async () => {
  assert.ok(isSendable(LARGEST) && !isSendable(LARGEST + 1));
  const png = (width) => bytes([0x89], 'PNG\r\n', [0x1a], '\n', [0, 0, 0, 13], 'IHDR', [0, 0, width >> 8, width & 255, 0, 0, 0x10, 0]);
  await assert.rejects(inspect(new Blob([png(9766)])), { name: 'ImageError', reason: 'pixels' }); // × 4096
  assert.equal((await inspect(new Blob([png(9765)]))).width, 9765);
  await assert.rejects(inspect(new Blob([png(0)])), { reason: 'unreadable' });
  await assert.rejects(inspect(new Blob(['%PDF-', new Uint8Array(LARGEST)])), { reason: 'pdf-size' });
  await assert.rejects(inspect(new Blob(['BM'])), { reason: 'unknown' });
});

test('the checksum is that of the PNG specification', () => {
  assert.equal(crc32(bytes('IEND')), 0xae426082);
  assert.equal(crc32(bytes('123456789')), 0xcbf43926);
});

/** The pixels of a PNG of one bit, read without our own code. */
function decoded(png) {
  const view = new DataView(png.buffer, png.byteOffset);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  assert.deepEqual([...png.subarray(24, 29)], [1, 0, 0, 0, 0]);
  const rows = inflateSync(png.subarray(41, 41 + view.getUint32(33)));
  const length = 1 + Math.ceil(width / 8);
  const ink = [];
  for (let y = 0; y < height; y++) {
    for (let at = y * length + 1; at < (y + 1) * length; at++) if (rows[y * length] === 2 && y) rows[at] = (rows[at] + rows[at - length]) & 255;
    for (let x = 0; x < width; x++) ink.push((rows[y * length + 1 + (x >> 3)] >> (7 - (x & 7))) & 1 ? 0 : 1);
  }
  return { width, height, ink };
}

for (const [width, height] of [[1, 1], [8, 3], [13, 9], [100, 70]]) {
  test(`${width} × ${height} pixels of ink come back as they were`, async () => {
    const ink = Uint8Array.from({ length: width * height }, (_, at) => ((at * 2654435761) >>> 29) % 2);
    assert.deepEqual(decoded(await encodeInk(ink, { width, height })), { width, height, ink: [...ink] });
  });
}
