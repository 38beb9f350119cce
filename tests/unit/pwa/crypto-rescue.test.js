/** The way back to a draft whose passphrase is forgotten: as Python seals and opens it. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { b64uDecode } from '../../../pwa/crypto/canonical.js';
import { OpenError } from '../../../pwa/crypto/errors.js';
import { hpkeSeal } from '../../../pwa/crypto/hpke.js';
import { importPrivate, newKeyPair } from '../../../pwa/crypto/key-pair.js';
import { openDraft, openRescue, sealRescue } from '../../../pwa/crypto/rescue.js';

const { entries } = JSON.parse(readFileSync(new URL('../../vectors/rescue.json', import.meta.url)));
const bytes = (hex) => new Uint8Array(Buffer.from(hex, 'hex'));
const pairOf = ({ d, pub }) => ({ d: b64uDecode(d), pub: b64uDecode(pub) });
const [{ draft, kid, key, to, ephemeral }] = entries;
const office = pairOf(to);

for (const entry of entries) {
  test(`the office opens a draft that was handed over, sealed by ${entry.by}`, async () => {
    const { draft: handed } = entry;
    const dataKey = await openRescue(handed.rescue[kid], handed.p, handed.id, kid, office);
    assert.deepEqual(dataKey, bytes(entry.key));
    assert.deepEqual(await openDraft(handed, dataKey), entry.content);
  });
}

test('with the same chance it is the same bytes', async () => {
  const fixed = async (plain, pub, info) => hpkeSeal(plain, pub, info, { ephemeral: await importPrivate(pairOf(ephemeral)) });
  assert.equal(await sealRescue(bytes(key), draft.p, draft.id, { kid, pub: office.pub }, fixed), draft.rescue[kid]);
});

test('it opens for its own place and key alone', async () => {
  const rescue = draft.rescue[kid];
  await assert.rejects(openRescue(rescue, 'another', draft.id, kid, office), OpenError);
  await assert.rejects(openRescue(rescue, draft.p, 'another', kid, office), OpenError);
  await assert.rejects(openRescue(rescue, draft.p, draft.id, 'k27a', office), OpenError);
  await assert.rejects(openRescue(rescue, draft.p, draft.id, kid, await newKeyPair()), OpenError);
  await assert.rejects(openRescue(rescue.slice(4), draft.p, draft.id, kid, office), OpenError);
  const short = await sealRescue(new Uint8Array(31), draft.p, draft.id, { kid, pub: office.pub });
  await assert.rejects(openRescue(short, draft.p, draft.id, kid, office), OpenError);
});

test('a draft opens in its own place alone', async () => {
  for (const changed of [{ n: 4 }, { id: 'another' }, { p: 'another' }, { iv: 'AAAA' }, { ct: '' }]) {
    await assert.rejects(openDraft({ ...draft, ...changed }, bytes(key)), OpenError);
  }
});
