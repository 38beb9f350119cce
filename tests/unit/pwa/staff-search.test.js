import assert from 'node:assert/strict';
import { test } from 'node:test';

import { find, plain } from '../../../pwa/staff/case-index.js';

const said = (...answers) => ({ said: answers.map((one) => one.join(': ')).join('\n'), plain: answers.map(([, answer]) => plain(answer)).join('\n') });
const index = [
  { row: { case: 'a', formers: [] }, number: plain('zu43 nens x'), ...said(['Nama', "Siti Nurhaliza O'Brien"], ['NIK', '1312014101990001']) },
  { row: { case: 'b', formers: ['zzzz2345aaaa'] }, number: plain('7ozr 2wdq k'), ...said(['Nama', 'Buyung Andrés'], ['Alamat', 'Jl. Siti Manggopoh 4']) },
  { row: { case: 'c', formers: [] }, number: plain('k2x7 q4ma 0'), ...said() },
];
const found = (typed, caseId = null) => find(index, typed, caseId).map(({ row, why }) => [row.case, why]);

test('a case is found by part of a name, whatever its capitals, accents and apostrophes', () => {
  assert.deepEqual(found('nurhal'), [['a', "Nama: Siti Nurhaliza O'Brien"]]);
  assert.deepEqual(found('ANDRES buyung'), [['b', 'Nama: Buyung Andrés']]);
  assert.deepEqual(found('o brien'), [['a', "Nama: Siti Nurhaliza O'Brien"]]);
});

test('every word has to stand in one answer', () => {
  assert.deepEqual(found('siti'), [['a', "Nama: Siti Nurhaliza O'Brien"], ['b', 'Alamat: Jl. Siti Manggopoh 4']]);
  assert.deepEqual(found('siti buyung'), []);
});

test('a case is found by its NIK, the beginning of its number, and its code', () => {
  assert.deepEqual(found('13120141'), [['a', 'NIK: 1312014101990001']]);
  assert.deepEqual(found('7OZR2W'), [['b', '']]);
  assert.deepEqual(found('k2x7 q4'), [['c', '']]);
  assert.deepEqual(found('0000 0000 0000 0000', 'c'), [['c', '']]);
});

test('a case is found by the number and the code that it had before its code was replaced', () => {
  assert.deepEqual(found('zzzz 2345 k'), [['b', '']]);
  assert.deepEqual(found('0000 0000 0000 0000', 'zzzz2345aaaa'), [['b', '']]);
});
