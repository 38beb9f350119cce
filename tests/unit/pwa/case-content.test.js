/** What a device keeps of a case and what it believes. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { addEvents, endedCase, isHolding, isSigned, isVoided, knownUpTo, openContent, standing } from '../../../pwa/case-content.js';
import { addVersion, newContent, standingStep } from '../../../pwa/case-record.js';
import { b64uDecode, b64uEncode } from '../../../pwa/crypto/canonical.js';
import { sealNote, signEvent } from '../../../pwa/crypto/events.js';
import { newKeyPair } from '../../../pwa/crypto/key-pair.js';
import { KeyList } from '../../../pwa/crypto/keyring.js';
import { openWrapAsHolder } from '../../../pwa/crypto/open.js';
import { derive, newCode } from '../../../pwa/crypto/receipt-code.js';
import { sealVersion } from '../../../pwa/crypto/seal.js';
import { vOf } from '../../../pwa/crypto/version.js';

const code = newCode();
const codeKeys = await derive(code);
const [officePair, sealPair] = [await newKeyPair(), await newKeyPair()];
const row = (kid, use, pair, state = 'primary') => ({ kid, use, who: 'office', kem: null, state, pub: pair.pub });
const keysWith = (...keys) => new KeyList({ office: 'x', seq: 1, at: 0, until: 9, keys });
const keys = keysWith(row('o1', 'office', officePair), row('s1', 'server', officePair));
const empty = newContent({ service: 'small', title: 'UPIK' }, code, codeKeys);

const seal = (prev = [], at = 100) =>
  sealVersion({
    type: 'application', codeKeys, service: 'small', form: '1.aaaaaaaa', at, channel: 'app', device: null, area: null,
    wish: [], prev, groups: { personal: ['Upik', null] }, recipients: [['k1', sealPair.pub]],
  });
const sign = (n, step, on, { note = null, kid = 'o1' } = {}) =>
  signEvent({ case: codeKeys.case, n, step, at: 200 + n, on, note, kid, private: officePair });

test('a case opens with its code: answers, and the notes of the office', async () => {
  const { version, wrap } = await seal();
  const dek = await openWrapAsHolder(version, wrap, codeKeys.open);
  const event = await sign(1, 'perlu_perbaikan', [vOf(version)], { note: await sealNote('KK buram', dek, codeKeys.case, 1) });
  const { versions, events } = await openContent(addEvents(addVersion(empty, version, wrap), [event]));
  assert.deepEqual(versions[0].groups, { personal: ['Upik', null] });
  assert.deepEqual([events[0].step, events[0].note], ['perlu_perbaikan', 'KK buram']);
});

test('what does not open is shown without its text, and the rest with it', async () => {
  const [{ version, wrap }, other] = [await seal(), await seal()];
  const event = await sign(1, 'pesan', [vOf(version)], { note: new Uint8Array(40) });
  const content = addEvents(addVersion(addVersion(empty, version, other.wrap), other.version, other.wrap), [event]);
  const { versions, events } = await openContent(content);
  assert.deepEqual(versions.map(({ groups }) => groups), [null, { personal: ['Upik', null] }]);
  assert.deepEqual([events[0].note, events[0].hasNote], [null, true]);
});

test('the status is the last step that is not a message', async () => {
  const { version, wrap } = await seal();
  const content = addVersion(empty, version, wrap);
  assert.deepEqual(standingStep(content), { step: 'terkirim', stepAt: 100 });
  const on = [vOf(version)];
  const told = addEvents(content, [await sign(2, 'pesan', on), await sign(1, 'berkas_lengkap', on)]);
  assert.deepEqual(standingStep(told), { step: 'berkas_lengkap', stepAt: 201 });
});

test('a correction names what stands: every version that none replaces', async () => {
  const first = await seal();
  const second = await seal([vOf(first.version)]);
  const third = await seal([vOf(first.version)]);
  const content = [first, second, third].reduce((all, { version, wrap }) => addVersion(all, version, wrap), empty);
  const opened = (await openContent(content)).versions;
  assert.deepEqual(standing(opened).sort(), [vOf(second.version), vOf(third.version)].sort());
});

test('after a gap the office is asked again from before the gap', async () => {
  const [one, two, four] = await Promise.all([1, 2, 4].map((n) => sign(n, 'pesan', [])));
  assert.equal(knownUpTo(empty), 0);
  assert.equal(knownUpTo(addEvents(empty, [two, one])), 2);
  assert.equal(knownUpTo(addEvents(empty, [one, two, four])), 2);
  assert.equal(knownUpTo(addEvents(empty, [two])), 0);
});

test('a version or event that comes twice is there once', async () => {
  const { version, wrap } = await seal();
  const event = await sign(1, 'pesan', []);
  const once = addEvents(addVersion(empty, version, wrap), [event]);
  assert.deepEqual(addEvents(addVersion(once, { ...version, _rev: '1-a' }, wrap), [event]), once);
});

test('a step is believed only if the office key signed it for this case', async () => {
  const event = await sign(1, 'diserahkan', []);
  assert.equal(await isSigned(event, codeKeys.case, keys), true);
  assert.equal(await isSigned({ ...event, claim: ['taken', 'x', 1] }, codeKeys.case, keys), true);
  const lies = [
    { ...event, step: 'ditolak' }, { ...event, sig: b64uEncode(new Uint8Array(64)) }, { ...event, kid: 'o9' },
    await sign(1, 'diserahkan', [], { kid: 's1' }), null, 'event', 7, {}, { ...event, extra: 1 },
  ];
  for (const lie of lies) assert.equal(await isSigned(lie, codeKeys.case, keys), false);
  assert.equal(await isSigned(event, 'another', keys), false);
  assert.equal(await isSigned(event, codeKeys.case, keysWith(row('o1', 'office', officePair, 'destroyed'))), false);
});

test('only a version of this case with its wrap is taken as one', async () => {
  const { version, wrap } = await seal();
  assert.equal(isHolding([version, { t: wrap.t }], codeKeys.case), true);
  const others = [null, [], [version], [version, {}], [version, null], [{ _id: 7 }, wrap], ['app', 'ok', []]];
  for (const other of others) assert.equal(isHolding(other, codeKeys.case), false);
  assert.equal(isHolding([version, wrap], 'another'), false);
});

test('an erasure or a voided code is believed when an office key of the list signed it', async () => {
  const vectors = JSON.parse(await readFile(new URL('../../vectors/events.json', import.meta.url), 'utf8'));
  const { gone, voided: [[, old, to, at], sig] } = vectors.statements;
  const pub = b64uDecode(vectors.key.pub);
  const office = keysWith({ ...row(gone.kid, 'office', officePair), pub });
  const code = { _id: `code.${old}`, type: 'code', kid: gone.kid, to, at, sig };
  assert.equal(await endedCase(gone, office), gone._id.slice(5));
  assert.equal(await endedCase(code, office), old);
  assert.deepEqual([isVoided(code), isVoided(gone)], [true, false]);
  const changed = [
    { ...code, to: old }, { ...code, at: at + 1 }, { ...code, _id: `code.${to}` }, { ...code, _id: `gone.${old}` },
    { ...gone, _id: `code.${gone._id.slice(5)}` }, { ...gone, _id: `kode.${gone._id.slice(5)}` }, { ...gone, sig: '' },
    { ...gone, kid: 's1' }, {}, null, 'refused',
  ];
  for (const mark of changed) assert.equal(await endedCase(mark, office), undefined, JSON.stringify(mark));
});
