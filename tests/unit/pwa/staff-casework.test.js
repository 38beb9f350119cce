/** What officers keep with a case for themselves: sealed, merged when two write, and unreadable without the case's key. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Casework } from '../../../pwa/staff/casework.js';
import { ApiError } from '../../../pwa/staff/staff-api.js';

const ID = 'a'.repeat(24);
const leaf = { v: 'b'.repeat(20), dek: new Uint8Array(32).fill(5) };
const opened = { id: ID, versions: [leaf], leaves: [leaf] };

/** An office that keeps one document, and refuses what was written on an older one. */
function office() {
  let kept = null;
  let n = 0;
  return {
    get kept() { return kept; },
    async keepWork(_, body) {
      if (body.rev !== (kept?.rev ?? null)) throw new ApiError(409, { error: 'conflict', work: kept });
      kept = { ...body, rev: `${(n += 1)}-x` };
      return kept;
    },
  };
}

test('a note and a paper are read again by a colleague and stand nowhere in clear', async () => {
  const api = office();
  const mine = new Casework(opened, {}, api);
  await mine.addNote(['upik', 100, 'Ibu kandung perlu ditanya lagi.']);
  await mine.tick('ktp', ['upik', 101]);
  assert.ok(!JSON.stringify(api.kept).includes('kandung'));
  assert.doesNotMatch(JSON.stringify(api.kept), /ktp\\?"/);
  const colleague = new Casework(opened, { work: api.kept }, api);
  await colleague.open();
  assert.deepEqual(colleague.content, { notes: [['upik', 100, 'Ibu kandung perlu ditanya lagi.']], papers: { ktp: ['upik', 101] } });
});

test('of two who write at once both notes are kept, and the assignment of the first', async () => {
  const api = office();
  const [mine, other] = [new Casework(opened, {}, api), new Casework(opened, {}, api)];
  await mine.assign('upik');
  await mine.addNote(['upik', 1, 'Satu.']);
  await other.addNote(['siti', 2, 'Dua.']);
  assert.deepEqual(other.content.notes.map(([login]) => login), ['upik', 'siti']);
  assert.equal(other.assigned, 'upik');
});

test('a case that a colleague took meanwhile is not taken from them unseen, and a second press does it', async () => {
  const api = office();
  const [mine, other] = [new Casework(opened, {}, api), new Casework(opened, {}, api)];
  await other.assign('siti');
  const { rev } = api.kept;
  assert.equal(await mine.assign('upik'), false);
  assert.deepEqual([mine.assigned, api.kept.assigned, api.kept.rev], ['siti', 'siti', rev]);
  assert.equal(await other.assign(null), true);
  assert.equal(await mine.assign('upik'), true, 'nobody has it any more');
  await other.addNote(['siti', 1, 'Satu.']);
  assert.equal(await mine.assign('budi'), true, 'a note takes nothing from anybody');
  assert.deepEqual([api.kept.assigned, mine.content.notes.length], ['budi', 1]);
  assert.equal(await other.assign('siti'), false);
  assert.equal(await other.assign('siti'), true);
});

test('without the key it is said to be shut, and assigning leaves it as it is', async () => {
  const api = office();
  await new Casework(opened, {}, api).addNote(['upik', 1, 'Satu.']);
  const { sealed } = api.kept;
  const without = new Casework({ id: ID, versions: [], leaves: [] }, { work: api.kept }, api);
  await without.open();
  assert.equal(without.isShut, true);
  await without.assign('siti');
  assert.deepEqual([api.kept.sealed, api.kept.assigned], [sealed, 'siti']);
});
