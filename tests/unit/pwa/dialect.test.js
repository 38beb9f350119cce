/** How a server is spoken to: as it was heard to, and in the words that every implementation writes alike. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Dialect } from '../../../pwa/dialect.js';
import { packedItem } from '../../../pwa/packed-item.js';

const { items, watch, digest } = JSON.parse(readFileSync(new URL('../../vectors/exchange.json', import.meta.url)));
const [NONE, NEWER] = [{ watch: [], have: [], ask: [] }, { v: 2 }];
const numbers = watch.map(([, , known]) => known);
const asked = async (dialect, lists = {}) => JSON.parse(await dialect.hello({ ...NONE, ...lists }));

test('items are packed as the server unpacks them', () => {
  for (const { item, packed: to } of items) assert.deepEqual(JSON.parse(packedItem(JSON.stringify(item))), to);
});

test('a server that says nothing of it is spoken to as ever', async () => {
  const dialect = new Dialect({}, '');
  for (const _ of [1, 2]) {
    assert.deepEqual(await asked(dialect, { watch }), { v: 1, watch });
    assert.equal(dialect.heard({}), false);
  }
  const line = JSON.stringify(items[0].item);
  assert.equal(dialect.line({ line, tries: 0 }), line);
});

test('a list goes once, then its digest, over pages and whatever is known', async () => {
  const memory = {};
  const first = new Dialect(memory, '');
  await asked(first, { watch });
  assert.equal(first.heard(NEWER), false);
  const next = new Dialect(structuredClone(memory), '');
  assert.deepEqual(await asked(next, { watch }), { v: 2, watched: [digest, ...numbers] });
  const later = watch.map(([id, proof, n]) => [id, proof, n + 1, 0]);
  assert.deepEqual((await asked(next, { watch: later })).watched, [digest, ...numbers.map((n) => n + 1)]);
  const fewer = watch.slice(1);
  assert.deepEqual(await asked(next, { watch: fewer }), { v: 2, watch: fewer });
  assert.deepEqual(await asked(new Dialect(memory, 'https://kinali.example'), { watch }), { v: 1, watch }, 'of another server');
});

test('what lies on the phone opens no case', async () => {
  const memory = {};
  const dialect = new Dialect(memory, '');
  await asked(dialect, { watch });
  dialect.heard(NEWER);
  const kept = JSON.stringify(memory);
  for (const word of [digest, ...watch.flat()]) assert.ok(typeof word === 'number' || !kept.includes(word));
});

test('a server that forgot the list is shown it once more', async () => {
  const dialect = new Dialect({}, '');
  await asked(dialect, { watch });
  dialect.heard(NEWER);
  await asked(dialect, { watch });
  assert.equal(dialect.heard({ watch: 'again' }), true);
  assert.deepEqual(await asked(dialect, { watch }), { v: 2, watch });
  assert.equal(dialect.heard({ watch: 'again' }), false, 'and not for ever');
  assert.ok((await asked(dialect, { watch })).watched);
});

test('an older server that came back is spoken to as before', async () => {
  const dialect = new Dialect({}, '');
  await asked(dialect, { watch });
  dialect.heard(NEWER);
  assert.equal(dialect.isNewer, true);
  dialect.forget();
  assert.deepEqual(await asked(dialect, { watch }), { v: 1, watch });
});

test('an office that says so before it was heard is believed until it shows otherwise', async () => {
  const memory = {};
  const dialect = new Dialect(memory, '', 2);
  assert.deepEqual(await asked(dialect, { watch }), { v: 2, watch });
  dialect.forget();
  assert.deepEqual(await asked(new Dialect(memory, '', 2), { watch }), { v: 1, watch });
});

test('what came back as unreadable goes as it was sealed', () => {
  const dialect = new Dialect({ shown: { '': [] } }, '');
  const line = JSON.stringify(items[0].item);
  assert.equal(dialect.line({ line, tries: 0 }), packedItem(line));
  assert.equal(dialect.line({ line, tries: 1 }), line);
});
