/** Add to the vectors what JavaScript made: `node tests/vectors/make.js`, after make.py. Entries are fresh every time. */

import { readFile, writeFile } from 'node:fs/promises';

import { b64uDecode, b64uEncode } from '../../pwa/crypto/canonical.js';
import { randomBytes } from '../../pwa/crypto/cipher.js';
import { sealNote, signEvent } from '../../pwa/crypto/events.js';
import { hpkeSeal } from '../../pwa/crypto/hpke.js';
import { importPrivate, newKeyPair } from '../../pwa/crypto/key-pair.js';
import { sealGrant, wrapOfficerKey } from '../../pwa/crypto/keyring.js';
import { openWrapAsHolder } from '../../pwa/crypto/open.js';
import { pad } from '../../pwa/crypto/padding.js';
import { derive } from '../../pwa/crypto/receipt-code.js';
import { sealRescue } from '../../pwa/crypto/rescue.js';
import { sealVersion } from '../../pwa/crypto/seal.js';
import { versionHash } from '../../pwa/crypto/version.js';

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const key = ({ d, pub }) => ({ d: b64uEncode(d), pub: b64uEncode(pub) });
const pairOf = ({ d, pub }) => ({ d: b64uDecode(d), pub: b64uDecode(pub) });

/** Random bytes that are remembered in the order in which they were given. */
function remembering() {
  const given = [];
  return { given, random: (length) => given[given.push(randomBytes(length)) - 1] };
}

async function change(name, edit) {
  const path = new URL(`${name}.json`, import.meta.url);
  const vectors = JSON.parse(await readFile(path));
  await edit(vectors);
  const text = JSON.stringify(vectors, null, 1).replace(/[^\n -~]/g, (c) => `\\u${hex([c.charCodeAt(0) >> 8, c.charCodeAt(0)])}`);
  await writeFile(path, `${text}\n`);
}

const replaced = (entries, made) => [...entries.filter((entry) => entry.by === 'python'), ...made];

async function sealEntry(source, recipients) {
  const { given, random } = remembering();
  const [codeKeys, ephemeral] = [await derive(source.code), await newKeyPair()];
  const to = Object.entries(recipients).map(([kid, { pub }]) => [kid, b64uDecode(pub)]);
  const own = await importPrivate(ephemeral);
  const wrapKey = (plain, pub, info) => hpkeSeal(plain, pub, info, { ephemeral: own });
  const { version, wrap } = await sealVersion({ ...source.content, codeKeys, recipients: to }, { random, wrapKey });
  return {
    name: source.name, by: 'js', exact: source.exact, code: source.code, content: source.content,
    random: given.map(hex), ephemeral: key(ephemeral), dek: hex(await openWrapAsHolder(version, wrap, codeKeys.open)),
    version, wrap, h: Buffer.from(await versionHash(version)).toString(),
  };
}

async function eventEntry(source, pair) {
  const { given, random } = remembering();
  const dek = new Uint8Array(Buffer.from(source.dek, 'hex'));
  const { case: caseId, n } = source.content;
  const note = source.text === null ? null : await sealNote(source.text, dek, caseId, n, random);
  const event = await signEvent({ ...source.content, note, private: pair });
  return { ...source, by: 'js', random: given.map(hex), event };
}

await change('padding', async (vectors) => {
  const { text } = vectors.compressed[0];
  const made = [{ by: 'js', text, padded: hex(await pad(new TextEncoder().encode(text))) }];
  vectors.compressed = replaced(vectors.compressed, made);
});

await change('seal', async (vectors) => {
  const sources = vectors.entries.filter((entry) => entry.by === 'python');
  const made = await Promise.all(sources.map((source) => sealEntry(source, vectors.recipients)));
  vectors.entries = replaced(vectors.entries, made);
});

await change('events', async (vectors) => {
  const sources = vectors.entries.filter((entry) => entry.by === 'python');
  const made = await Promise.all(sources.map((source) => eventEntry(source, pairOf(vectors.key))));
  vectors.entries = replaced(vectors.entries, made);
});

await change('keyring', async (vectors) => {
  const [grant, officer] = [vectors.grants[0], vectors.officers[0]];
  const sealed = await sealGrant(grant.kid, grant.officer, pairOf(grant.holds), b64uDecode(grant.to.pub));
  vectors.grants = replaced(vectors.grants, [{ ...grant, by: 'js', sealed }]);
  const argonKey = new Uint8Array(Buffer.from(officer.key, 'hex'));
  const record = await wrapOfficerKey(pairOf(officer.holds), argonKey, 'petugas', officer.record.kdf);
  vectors.officers = replaced(vectors.officers, [{ ...officer, by: 'js', record }]);
});

await change('rescue', async (vectors) => {
  const [source] = vectors.entries;
  const dataKey = new Uint8Array(Buffer.from(source.key, 'hex'));
  const to = { kid: source.kid, pub: b64uDecode(source.to.pub) };
  const sealed = await sealRescue(dataKey, source.draft.p, source.draft.id, to);
  const { ephemeral, ...entry } = source;
  vectors.entries = replaced(vectors.entries, [{ ...entry, by: 'js', draft: { ...source.draft, rescue: { [source.kid]: sealed } } }]);
});
