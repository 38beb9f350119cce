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

/**
 * An index that has read all, what was asked for since, and what was found by the name while it read.
 * @param during is done while the office looks for what ended long ago
 */
async function read(during = async () => {}) {
  const [asked, meanwhile, office] = [[], [], { listed: [open, late, old], lists: 0 }];
  const of = (ids) => Object.fromEntries(ids.filter((id) => id in sealed).map((id) => [id, sealed[id]]));
  const api = {
    form: async () => form,
    index: async () => ({ rows: [open, late, old], sealed: of([open.case, late.case]), next: null, counts: { all: 3 } }),
    indexOf: async (ids) => {
      meanwhile.push([found('rosmaini').length, index.read]);
      asked.push(...ids);
      const told = { sealed: of(ids) };
      await during(index);
      return told;
    },
    cases: async ({ after }) => (office.lists++, { rows: [office.listed[Number(after)]], next: Number(after) + 1 < office.listed.length ? String(Number(after) + 1) : null }),
  };
  const found = (typed) => index.find(typed, null).map((one) => [one.row.number, one.row.state]);
  const index = new CaseIndex({ api, keys, texts: new Texts('id', {}, {}), onNews: () => {} });
  await index.start();
  return { index, found, asked, meanwhile, office, api };
}

test('everything is found by name with where it stands, what ended long ago once the rest was read', async () => {
  const { index, found, asked, meanwhile } = await read();
  assert.deepEqual(found('rosmaini'), [['number open', 'terkirim'], ['number late', 'diserahkan'], ['number old', 'ditolak']]);
  assert.deepEqual([meanwhile, index.read], [[[2, { n: 2, all: 3 }]], null]);
  await index.follow({ rows: [open], ended: [late], older: 1 });
  assert.deepEqual([found('rosmaini').length, asked], [3, [old.case]], 'nothing is asked for twice');
});

test('a NIK is held against everything that ended', async () => {
  const { index } = await read();
  assert.deepEqual(index.twins(open.case).map((one) => one.number), ['number late', 'number old']);
});

test('a case that ends has its new state, and goes on being found', async () => {
  const { index, found, asked } = await read();
  await index.follow({ rows: [], ended: [{ ...open, state: 'diserahkan', n: 3 }, late], older: 1 });
  assert.deepEqual(found('rosmaini').slice(0, 2), [['number open', 'diserahkan'], ['number late', 'diserahkan']]);
  assert.deepEqual([asked, index.sealed.size], [[old.case], 0]);
});

test('a case that ended long ago and goes on again is found with its new state', async () => {
  const { index, found } = await read();
  await index.follow({ rows: [open, { ...old, state: 'berkas_lengkap', versions: 2 }], ended: [late], older: 0 });
  assert.deepEqual(found('rosmaini old'), [['number old', 'berkas_lengkap']]);
  assert.deepEqual(index.twins(old.case).length, 2);
  assert.ok(index.sealed.has(old.case), 'it opens while the office is away');
});

test('what others have pushed out goes on being found, of what was erased nothing is left', async () => {
  const { index, found, office } = await read();
  const newer = [1, 2].map((at) => ({ ...late, case: `${at}`.repeat(24), number: `newer ${at}`, last_at: 95 }));
  await index.follow({ rows: [], ended: newer, older: 2 });
  assert.deepEqual(found('rosmaini').map(([number]) => number), ['number late', 'number old'], 'the open one was erased');
  assert.equal(office.lists, 0);
  office.listed = [...newer, late];
  await index.follow({ rows: [], ended: newer, older: 1 });
  assert.deepEqual([found('rosmaini'), found('number old')], [[['number late', 'diserahkan']], []]);
  await index.follow({ rows: [], ended: newer, older: 0 });
  assert.deepEqual(found('number'), []);
});

test('what is erased while it is read is not there afterwards, and what goes on again meanwhile stands where it is', async () => {
  const erased = await read((index) => index.follow({ rows: [open], ended: [late], older: 0 }));
  assert.deepEqual(erased.found('number').map(([number]) => number), ['number open', 'number late']);
  const goesOn = [open, { ...old, state: 'berkas_lengkap', versions: 2 }];
  let isTold = false;
  const { found } = await read(async (index) => isTold || ((isTold = true), await index.follow({ rows: goesOn, ended: [late], older: 0 })));
  assert.deepEqual(found('rosmaini old'), [['number old', 'berkas_lengkap']]);
});

test('what ended while nobody listened is found too', async () => {
  const { index, found, office } = await read();
  for (const id of [late.case, old.case]) index.cases.delete(id);
  office.listed = [late, old, open];
  await index.follow({ rows: [open], ended: [], older: 2 });
  assert.deepEqual(found('rosmaini').map(([number]) => number).sort(), ['number late', 'number old', 'number open']);
});

test('what is read anew takes the place of what was known once the office answers, and not before', async () => {
  const { index, found, api } = await read();
  const { index: answers } = api;
  api.index = async () => { throw new TypeError('away'); };
  await assert.rejects(index.renew(), { message: 'away' });
  await index.start();
  assert.deepEqual([found('rosmaini').length, index.sealed.has(open.case), index.read], [3, true, null]);
  api.index = async () => ({ ...(await answers()), rows: [late] });
  await index.renew();
  assert.deepEqual(found('rosmaini'), [['number late', 'diserahkan']]);
  assert.deepEqual([index.sealed.size, index.twins(late.case)], [0, []], 'the others were erased');
});

test('what ended long ago is read once the office answers again, and nothing of the rest anew', async () => {
  const { index, found, api } = await read();
  const { indexOf } = api;
  api.indexOf = async () => { throw new TypeError('away'); };
  await assert.rejects(index.renew(), { message: 'away' });
  assert.deepEqual(found('rosmaini').length, 2);
  api.index = async () => assert.fail('the others are known');
  api.indexOf = indexOf;
  await index.start();
  assert.deepEqual(found('rosmaini').length, 3);
});
