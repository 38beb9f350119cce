/** The bundle's bytes, by the vectors that Python reads too: cut at every byte, spoilt, and whatever else a file holds. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { BundleError, TYPE, isBlob, readBundle, readEntry, writeBundle } from '../../../pwa/bundle.js';

const vectors = JSON.parse(readFileSync(new URL('../../vectors/bundle.json', import.meta.url)));
const bytes = (hex) => new Uint8Array(Buffer.from(hex, 'hex'));
const hexOf = async (blob) => Buffer.from(await blob.arrayBuffer()).toString('hex');
const names = (entries) => entries.map(({ name }) => name);

/** Everything in a file: whole entries with their bytes, spoilt ones, how it ended and what is missing. */
async function read(file) {
  const bundle = await readBundle(file);
  const [whole, damaged] = [[], []];
  for (const entry of bundle.entries.filter((each) => !bundle.missing.includes(each))) {
    const data = await readEntry(bundle, entry);
    if (data) whole.push([entry.name, Buffer.from(data).toString('hex')]);
    else damaged.push(entry.name);
  }
  return { bundle, whole, damaged };
}

for (const { name, kind, office, at, entries, file } of vectors.good) {
  test(`${name}: written and read as the vector says`, async () => {
    const named = entries.map(([entry, data]) => [entry, isBlob({ name: entry }) ? new Blob([bytes(data)]) : Buffer.from(data, 'hex').toString()]);
    const written = await writeBundle(kind, named, { office, at });
    assert.deepEqual([await hexOf(written), written.type], [file, TYPE]);
    const { bundle, whole, damaged } = await read(new Blob([bytes(file)]));
    assert.deepEqual([bundle.kind, bundle.office, bundle.at, bundle.ending], [kind, office, at, 'whole']);
    assert.deepEqual([whole, damaged, bundle.missing], [entries, [], []]);
  });
}

test('what is no bundle is refused by name', async () => {
  for (const { name, reason, file } of vectors.bad) {
    await assert.rejects(readBundle(new Blob([bytes(file)])), (error) => error instanceof BundleError && error.reason === reason, name);
  }
});

for (const vector of vectors.spoilt) {
  test(`${vector.name}: a spoilt entry holds up no other`, async () => {
    const { bundle, whole, damaged } = await read(new Blob([bytes(vector.file)]));
    assert.deepEqual([whole.map(([name]) => name), damaged], [vector.whole, vector.damaged]);
    assert.deepEqual([bundle.ending, names(bundle.missing)], [vector.ending, vector.missing]);
  });
}

test('cut at every byte it gives what is whole and names the rest', async () => {
  const { file: hex, entries } = vectors.good[0];
  const file = new Blob([bytes(hex)]);
  const [{ start }] = (await readBundle(file)).entries;
  for (let cut = 0; cut < file.size; cut += 1) {
    const part = file.slice(0, cut);
    if (cut < start) {
      await assert.rejects(readBundle(part), (error) => error.reason === (cut ? 'cut' : 'malformed'));
      continue;
    }
    const { bundle, whole, damaged } = await read(part);
    assert.deepEqual([whole, damaged, bundle.ending], [entries.slice(0, whole.length), [], 'cut']);
    assert.deepEqual([...whole.map(([name]) => name), ...names(bundle.missing)], entries.map(([name]) => name));
  }
});

test('one changed byte is always noticed', async () => {
  const whole = bytes(vectors.good[0].file);
  for (let at = 0; at < whole.length; at += 1) {
    const changed = whole.map((byte, place) => (place === at ? byte ^ (1 + (at % 255)) : byte));
    const found = await read(new Blob([changed])).catch((error) => error.reason);
    assert.ok(typeof found === 'string' || (found.damaged.length === 1 && found.bundle.missing.length === 0), `byte ${at}`);
  }
});

test('a head without end is not read to its end', async () => {
  await assert.rejects(readBundle(new Blob(['["rantau1",', 'x'.repeat(2 << 20)])), { reason: 'too-many' });
});

test('no more entries are written than a reader takes', async () => {
  const [[name, data]] = vectors.good[0].entries;
  const many = Array.from({ length: 10_001 }, () => [name, Buffer.from(data, 'hex').toString()]);
  await assert.rejects(writeBundle('items', many, { office: vectors.good[0].office, at: 1 }), { reason: 'too-many' });
});
