import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Sums } from '../../../pwa/staff/survey-sums.js';

const KEYS = ['persyaratan', 'prosedur', 'waktu', 'biaya', 'produk', 'kompetensi', 'perilaku', 'sarana', 'pengaduan'];
const all = (answer, more = {}) => ({ ...Object.fromEntries(KEYS.map((key) => [key, String(answer)])), ...more });
const NEW_YEAR = Date.UTC(2026, 11, 31, 17) / 1000; // midnight in West Sumatra

test('answers are added up by the month at the office and by service', () => {
  const sums = new Sums();
  assert.ok(sums.add(NEW_YEAR, all(4, { layanan: 'passport-new', usia: '26', pekerjaan: null })));
  assert.ok(sums.add(NEW_YEAR + 86400, all(4, { layanan: 'passport-new', biaya: '1', usia: '26' })));
  assert.ok(sums.add(NEW_YEAR - 1, all(2, { layanan: 'passport-new' })));
  const [first, second] = JSON.parse(JSON.stringify(sums));
  assert.equal(sums.count, 3);
  assert.deepEqual(first.slice(0, 2), ['2027-01', 'passport-new']);
  assert.deepEqual(first[2].biaya, [1, 0, 0, 1]);
  assert.deepEqual(first[2].waktu, [0, 0, 0, 2]);
  assert.deepEqual(first[3], { usia: { 26: 2 } });
  assert.deepEqual([second[0], second[2].biaya], ['2026-12', [0, 1, 0, 0]]);
});

test('what leaves an element out, or answers it otherwise, is not counted', () => {
  const sums = new Sums();
  for (const odd of [null, '', '0', '5', 'x']) assert.equal(sums.add(NEW_YEAR, all(3, { waktu: odd })), false);
  assert.deepEqual(sums.toJSON(), []);
});
