/** What the search knows of each case: it follows what ends, goes on again, is erased, or ended too long ago. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { newKeyPair } from '../../../pwa/crypto/key-pair.js';
import { derive } from '../../../pwa/crypto/receipt-code.js';
import { sealVersion } from '../../../pwa/crypto/seal.js';
import { CaseIndex } from '../../../pwa/staff/case-index.js';
import { Texts } from '../../../pwa/staff/texts.js';

globalThis.document = { createElement: () => ({ addEventListener() {}, setAttribute() {}, append() {} }) };

const field = (key, control, soft = []) => ({ key, label: key, group: 'personal', control, hard: [], soft });
const form = {
  service: 'small', n: 1, title: 'x', groups: ['personal'],
  sections: [{ id: 'a', title: 'x', fields: [field('nama', 'text'), field('nik', 'digits', [{ rule: 'nik-birth' }])] }],
};
const office = await newKeyPair();
const keys = { seal: new Map([['k1', office]]), list: { find: () => undefined } };

const NIK = '1312014506900777';
const codes = Object.fromEntries(await Promise.all(['open', 'late', 'old'].map(async (name, at) => [name, await derive(`${at}123456789abcdef`)])));
const sealed = Object.fromEntries(await Promise.all(Object.entries(codes).map(async ([name, codeKeys]) => {
  const { version, wrap } = await sealVersion({
    type: 'application', codeKeys, service: 'small', form: '1.aaaaaaaa', at: 1_795_000_000, channel: 'app', device: null,
    area: null, wish: [], prev: [], groups: { personal: [`Rosmaini ${name}`, NIK] }, recipients: [['k1', office.pub]],
  });
  return [codeKeys.case, { versions: [version], wraps: { [version._id]: wrap } }];
})));
const row = (name, state, more = {}) => ({
  case: codes[name].case, number: `number ${name}`, state, versions: 1, formers: [], last_at: 100, waiting: 0, n: 0, ...more,
});
const [open, late, old] = [row('open', 'terkirim'), row('late', 'diserahkan', { last_at: 90 }), row('old', 'ditolak', { last_at: 10 })];

/** An index that has read all, and what was asked for since. */
async function read() {
  const asked = [];
  const of = (ids) => Object.fromEntries(ids.map((id) => [id, sealed[id]]));
  const api = {
    form: async () => form,
    index: async () => ({ rows: [open, late, old], sealed: of([open.case, late.case]), next: null, counts: {} }),
    indexOf: async (ids) => (asked.push(...ids), { sealed: of(ids) }),
  };
  const index = new CaseIndex({ api, keys, texts: new Texts('id', {}, {}), onNews: () => {} });
  await index.start();
  const found = (typed) => index.find(typed, null).map((one) => [one.row.number, one.row.state]);
  return { index, found, asked, api };
}

test('what ended last is found by name with where it stands, what ended before by its number alone', async () => {
  const { index, found, asked } = await read();
  assert.deepEqual(found('rosmaini'), [['number open', 'terkirim'], ['number late', 'diserahkan']]);
  assert.deepEqual(found('number old'), [['number old', 'ditolak']]);
  await index.follow({ rows: [open], ended: [late], older: 1 });
  assert.deepEqual([found('rosmaini').length, found('number old').length, asked], [2, 1, []], 'nothing is asked for twice');
});

test('a NIK is held against what ended last too', async () => {
  const { index } = await read();
  assert.deepEqual(index.twins(open.case).map((one) => one.number), ['number late']);
});

test('a case that ends has its new state, and goes on being found', async () => {
  const { index, found, asked } = await read();
  await index.follow({ rows: [], ended: [{ ...open, state: 'diserahkan', n: 3 }, late], older: 1 });
  assert.deepEqual(found('rosmaini'), [['number open', 'diserahkan'], ['number late', 'diserahkan']]);
  assert.deepEqual([asked, index.sealed.size], [[], 0]);
});

test('a case that ended long ago and goes on again is found by name', async () => {
  const { index, found, asked } = await read();
  await index.follow({ rows: [open, { ...old, state: 'berkas_lengkap' }], ended: [late], older: 0 });
  assert.deepEqual(found('rosmaini old'), [['number old', 'berkas_lengkap']]);
  assert.deepEqual(asked, [old.case]);
  assert.deepEqual(index.twins(old.case).length, 2);
});

test('of what others have pushed out the number is left, of what was erased nothing', async () => {
  const { index, found } = await read();
  const newer = [1, 2].map((at) => ({ ...late, case: `${at}`.repeat(24), number: `newer ${at}`, last_at: 95 }));
  await index.follow({ rows: [], ended: newer, older: 2 });
  assert.deepEqual(found('rosmaini'), []);
  assert.deepEqual(found('number').map(([number]) => number), ['number late', 'number old'], 'the open one was erased');
  await index.follow({ rows: [], ended: newer, older: 0 });
  assert.deepEqual(found('number'), []);
});

test('what is read anew takes the place of what was known once the office answers, and not before', async () => {
  const { index, found, api } = await read();
  const { index: answers } = api;
  api.index = async () => { throw new TypeError('away'); };
  await assert.rejects(index.renew(), { message: 'away' });
  await index.start();
  assert.deepEqual([found('rosmaini').length, index.sealed.has(open.case), index.read], [2, true, null]);
  api.index = async () => ({ ...(await answers()), rows: [late] });
  await index.renew();
  assert.deepEqual(found('rosmaini'), [['number late', 'diserahkan']]);
  assert.deepEqual([index.sealed.size, index.twins(late.case)], [0, []], 'the others were erased');
});
