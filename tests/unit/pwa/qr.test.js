/** The drawing of a QR code holds exactly its dark modules. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { modules } from '../../../pwa/components/qr.js';
import { generate } from '../../../pwa/vendor/lean-qr/nano.js';

test('runs of dark modules are drawn where they are, within a margin of four', () => {
  const rows = ['##.', '...', '.##'];
  const path = modules({ size: 3, get: (x, y) => rows[y]?.[x] === '#' });
  assert.equal(path, 'M4 4h2v1h-2zM5 6h2v1h-2z');
});

test('every dark module of a receipt is in one run', () => {
  const code = generate('https://rantau.example.go.id/k#0123456789abcdefg');
  const drawn = [...modules(code).matchAll(/h(\d+)v1/g)].reduce((sum, [, run]) => sum + Number(run), 0);
  let dark = 0;
  for (let y = 0; y < code.size; y += 1) for (let x = 0; x < code.size; x += 1) dark += code.get(x, y) ? 1 : 0;
  assert.equal(drawn, dark);
});
