import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CaseIndex, find } from '../../../pwa/staff/case-index.js';
import { joined, plain } from '../../../pwa/staff/plain-words.js';
import { Search } from '../../../pwa/staff/search.js';

const said = (...answers) => ({ labels: answers.map(([label]) => label), said: answers.map(([, answer]) => answer).join('\n'), plain: answers.map(([, answer]) => joined(answer)).join('\n') });
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

test('a name is found however its apostrophe or hyphen is typed', () => {
  const written = ["NUR'AINI BINTI SYAFI’I", 'NURʼAINI', 'NUR`AINI', 'NUR´AINI', 'NUR＇AINI', 'NUR-AINI', 'NUR–AINI'];
  for (const name of written) {
    const one = [{ row: { case: 'd', formers: [] }, number: '', ...said(['Nama', name]) }];
    for (const typed of ['nuraini', 'nur aini', "nur'aini", 'Nur’aini', 'NURʼAINI', 'nur-aini']) {
      assert.equal(find(one, typed, null).length, 1, `${name} by ${typed}`);
    }
  }
  assert.deepEqual(found("jl siti-manggopoh"), [['b', 'Alamat: Jl. Siti Manggopoh 4']]);
  assert.deepEqual(found('obrien'), [['a', "Nama: Siti Nurhaliza O'Brien"]]);
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

test('everything that is found is also what was not read yet', async () => {
  globalThis.document = { createElement: () => ({ addEventListener() {}, setAttribute() {}, append() {} }) };
  const page = (id, next) => ({ rows: [{ case: id, number: `k2x7 ${id}`, formers: [], versions: 1 }], sealed: {}, next, counts: { all: 2 } });
  let read = () => {};
  const second = new Promise((resolve) => (read = () => resolve(page('b', null))));
  const texts = { say: (key) => key };
  const index = new CaseIndex({ api: { index: async (after) => (after ? second : page('a', 'a')), indexOf: async () => ({ sealed: {} }) }, texts, keys: {}, onNews: () => void search.again() });
  const search = new Search({ texts, index, onFound: () => {}, onError: String });
  search.$input.value = 'k2x7';
  void search.look();
  while (search.found.length < 1) await new Promise((go) => setTimeout(go));
  const all = search.all();
  read();
  assert.deepEqual((await all).map(({ row }) => row.case), ['a', 'b']);
});
