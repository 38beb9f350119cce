/** Times and sizes as people read them. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { fill } from '../../../pwa/text.js';
import { clock, kilobytes, when } from '../../../pwa/words.js';

beforeEach(() => {
  globalThis.document = { documentElement: { lang: 'id' } };
});

test('a size is never said to be less than what is sent', () => {
  assert.equal(kilobytes(1), '0,1 KB');
  assert.equal(kilobytes(1024), '1 KB');
  assert.equal(kilobytes(1025), '1,1 KB');
  assert.equal(kilobytes(10_300), '11 KB');
});

test('in Minangkabau, which no browser knows, sizes are written as in Indonesian', () => {
  document.documentElement.lang = 'min';
  assert.equal(kilobytes(1025), '1,1 KB');
});

test('an hour is written as the language does', () => {
  const at = new Date(2026, 10, 24, 13, 5).getTime();
  assert.equal(clock(at), '13.05');
  document.documentElement.lang = 'en';
  assert.equal(clock(at), '13:05');
});

test('another day is said with its date', () => {
  assert.match(when(Date.UTC(2026, 10, 24, 3), Date.UTC(2026, 10, 26, 3)), /24 Nov 2026/);
});

test('placeholders are filled, and what nobody gave stays to be seen', () => {
  assert.equal(fill('{count} dari {all}: {count}', { count: 2 }), '2 dari {all}: 2');
});
