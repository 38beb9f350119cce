/** Events and their notes. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { b64uDecode, b64uEncode } from '../../../pwa/crypto/canonical.js';
import { FormatError, OpenError } from '../../../pwa/crypto/errors.js';
import { STEPS, openNote, sealNote, signEvent, verifyEvent } from '../../../pwa/crypto/events.js';
import { newKeyPair } from '../../../pwa/crypto/key-pair.js';

const vectors = JSON.parse(readFileSync(new URL('../../vectors/events.json', import.meta.url)));
const bytes = (text) => new Uint8Array(Buffer.from(text, 'hex'));
const pair = { d: b64uDecode(vectors.key.d), pub: b64uDecode(vectors.key.pub) };
const noted = vectors.entries.find(({ text }) => text !== null);

for (const { by, name, event, text, dek, content, random } of vectors.entries) {
  test(`${by}, ${name}: verifies, and its note opens`, async () => {
    await verifyEvent({ ...event, claim: ['taken', 'x', 1], _rev: '2-a' }, pair.pub);
    if (text === null) {
      assert.equal(event.note, null);
      return;
    }
    assert.equal(await openNote(b64uDecode(event.note), bytes(dek), content.case, content.n), text);
  });

  if (text !== null) test(`${by}, ${name}: the same randomness gives the same note`, async () => {
    const given = random.map(bytes).values();
    const note = await sealNote(text, bytes(dek), content.case, content.n, () => given.next().value);
    assert.equal(b64uEncode(note), event.note);
  });
}

const { event } = noted;
const changed = {
  _id: [event._id.slice(0, -1) + '3', null], type: ['step', null], case: ['a'.repeat(24), null],
  n: [13, 0, 10000, true, 12.5, '12', null], step: ['ditolak', '', null, 'Pesan'], at: [event.at + 1, -1, null, true],
  on: [[], event.on.slice(0, 1), [...event.on].reverse(), [...event.on, ...event.on], null, ['x']],
  note: [null, '', event.note.slice(0, -4), `${event.note}=`, 7], kid: ['o27a', 't', null],
  sig: ['', event.sig.slice(0, -2), `${event.sig}=`, null, b64uEncode(new Uint8Array(64))], more: [1],
};
for (const [key, values] of Object.entries(changed)) {
  test(`a changed event does not verify: ${key}`, async () => {
    for (const value of values) await assert.rejects(verifyEvent({ ...event, [key]: value }, pair.pub), OpenError);
    const { [key]: _, ...rest } = event;
    if (key in event) await assert.rejects(verifyEvent(rest, pair.pub), OpenError);
  });
}

test('an event has one signer', async () => {
  await assert.rejects(verifyEvent(event, (await newKeyPair()).pub), OpenError);
});

test('what is no event is not signed', async () => {
  for (const change of [{ n: 0 }, { n: 10000 }, { step: 'Nope' }, { case: 'x' }, { on: ['x'] }, { kid: 't' }, { at: 1.5 }]) {
    await assert.rejects(signEvent({ ...noted.content, note: null, ...change, private: pair }), FormatError);
  }
});

test('a note opens only with its key in its place', async () => {
  const { content, dek } = noted;
  const note = b64uDecode(event.note);
  await assert.rejects(openNote(note, bytes(dek), content.case, content.n + 1), OpenError);
  await assert.rejects(openNote(note, bytes(dek), 'a'.repeat(24), content.n), OpenError);
  await assert.rejects(openNote(note, new Uint8Array(32), content.case, content.n), OpenError);
  await assert.rejects(openNote(note.slice(1), bytes(dek), content.case, content.n), OpenError);
});

test('the steps are sixteen', () => assert.equal(new Set(STEPS).size, 16));
