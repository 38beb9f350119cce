/**
 * What is done with a bundle on a device: taken along in the outbox, handed in at the office, or, if it is an
 * acknowledgement, believed as far as it is signed. Whatever is wrong with one entry is said of that one.
 */

import { BundleError, TYPE, isBlob, officeId, readBundle, readEntry } from './bundle.js';
import { endedCase } from './case-content.js';
import { endCase } from './cases.js';
import { verifyReceipt } from './crypto/receipts.js';
import { b32Encode } from './crypto/canonical.js';
import { hasShape, isObject } from './crypto/shape.js';
import { caseOfVersion, vOf, versionDigest, wrapHash } from './crypto/version.js';
import { amend, read, transact } from './db.js';
import { office, refreshOffice } from './pins.js';
import { MEMORY, takeReceipt } from './receipt-taking.js';
import { stopwatch } from './stopwatch.js';
import { TransportError, jsonLines } from './transport.js';
import { idOf } from './vault.js';
import { weigh } from './wire-body.js';

/** @typedef {import('./bundle.js').Bundle} Bundle */
/** @typedef {import('./bundle.js').Entry} Entry */
/** @typedef {import('./crypto/key-list.js').KeyList} KeyList */
/** @typedef {[name: string, reason: string]} Refused */
/** @typedef {{taken: string[], known: string[], images: number, refused: Refused[]}} Kept */
/** @typedef {{done: string[], hub: string[], ended: string[], forged: string[], unknown: string[]}} Believed */
/**
 * @typedef {{done: Set<string>, hub: Set<string>, kept: string[], images: string[], refused: Refused[], isWhole: boolean,
 *   ack: Map<string, string>}} HandedIn; `ack` is what goes into the acknowledgement
 */

const LONGEST = 64 * 1024; // bytes of a line, as the office takes it
const FILE = 'file'; // the way that an item went
const QUIET = 60_000; // milliseconds without a byte after which nobody is there
const SLOWEST = 1; // bytes a millisecond going out

/** Read a file as a bundle of this office. Throws a `BundleError`. @param {Blob} file */
export async function openBundle(file) {
  const bundle = await readBundle(file);
  if (bundle.office !== (await officeId((await office()).root))) throw new BundleError('other-office');
  return bundle;
}

/**
 * Put the items into the outbox, which sends them; those that it knows stay as they are. Images stay in the file.
 * @param {Bundle} bundle
 * @returns {Promise<Kept>}
 */
export async function takeAlong(bundle) {
  /** @type {Kept} */
  const kept = { taken: [], known: [], images: 0, refused: [] };
  for (const entry of bundle.entries) {
    if (isBlob(entry)) kept.images += 1;
    else await takeOne(bundle, entry, kept);
  }
  if (kept.taken.length) changed();
  return kept;
}

/**
 * Hand a file in, as it is. Throws a `BundleError` that the office gives, or a `TransportError`.
 * @param {Bundle} bundle
 * @returns {Promise<HandedIn>}
 */
export async function handIn(bundle) {
  const rows = await post(bundle.file);
  const { value: head } = await rows.next();
  if (!Number.isSafeInteger(head?.entries)) throw new TransportError('away');
  const { keys } = await officeNow(head.public);
  /** @type {HandedIn} */
  const told = { done: new Set(), hub: new Set(), kept: [], images: [], refused: [], isWhole: false, ack: new Map() };
  for await (const row of rows) if (Array.isArray(row)) await hear(row, bundle, keys, told);
  changed();
  return told;
}

/**
 * Take an acknowledgement: what it says of items and cases of this device counts if it is signed by whom it should be.
 * @param {Bundle} bundle
 * @returns {Promise<Believed>}
 */
export async function takeAck(bundle) {
  const { keys } = await office();
  /** @type {Believed} */
  const believed = { done: [], hub: [], ended: [], forged: [], unknown: [] };
  await forgetOffices();
  for (const entry of bundle.entries) believed[await believe(bundle, entry, keys)].push(entry.name);
  changed();
  return believed;
}

/** @param {Bundle} bundle @param {Entry} entry @param {Kept} kept */
async function takeOne(bundle, entry, kept) {
  const pair = await pairOf(bundle, entry);
  const outcome = typeof pair === 'string' ? pair : await add(pair);
  if (outcome === 'taken' || outcome === 'known') kept[outcome].push(entry.name);
  else kept.refused.push([entry.name, outcome]);
}

/**
 * The version and its wrap that an entry holds, if they belong together and are what it says; else why not.
 * @param {Bundle} bundle @param {Entry} entry
 */
async function pairOf(bundle, entry) {
  if (bundle.missing.includes(entry)) return 'cut';
  if (entry.length > LONGEST) return 'too-large';
  const pair = await valueOf(bundle, entry);
  if (pair === undefined) return 'damaged';
  const [version, wrap] = Array.isArray(pair) && pair.length === 2 ? pair : [];
  if (!hasShape(version) || !isWrap(wrap)) return 'malformed';
  const isNamed = version._id === entry.name && b32Encode((await versionDigest(version)).slice(0, 12)) === vOf(version);
  if (!isNamed) return 'id-mismatch';
  return (await wrapHash(wrap)) === version.seal.w ? /** @type {const} */ ([version, wrap]) : 'wrap-mismatch';
}

/** @param {unknown} wrap @returns {wrap is import('./crypto/version.js').Wrap} */
const isWrap = (wrap) =>
  isObject(wrap) && Object.hasOwn(wrap, 't') &&
  Object.entries(wrap).every(([kid, text]) => /^(t|[a-z0-9]{2,8})$/.test(kid) && typeof text === 'string' && /^[\w-]+$/.test(text));

/**
 * @param {readonly [import('./crypto/version.js').Version, import('./crypto/version.js').Wrap]} pair
 * @returns {Promise<'taken' | 'known' | 'gone' | 'voided'>}
 */
async function add(pair) {
  const [{ _id: id }] = pair;
  const caseId = caseOfVersion(pair[0]);
  const line = JSON.stringify(pair); // written anew: what came may have had line feeds in it
  const item = {
    id, case: caseId, line, bytes: await weigh([line]), state: 'waiting', reason: null, at: Date.now(), tries: 0,
    offeredAt: 0, done: null, receipt: null, isCarried: true,
  };
  return transact(['outbox', 'cases'], 'readwrite', (store) => {
    /** @type {'taken' | 'known' | 'gone' | 'voided'} */
    let outcome = 'taken';
    const cases = store('cases').getAll();
    const there = store('outbox').get(id);
    there.onsuccess = () => {
      const ended = cases.result.find((row) => idOf(row.id) === caseId && row.erased);
      if (there.result) outcome = 'known';
      else if (ended) outcome = ended.voided ? 'voided' : 'gone';
      else store('outbox').put(item);
    };
    return () => outcome;
  });
}

/** @param {any[]} row @param {Bundle} bundle @param {KeyList} keys @param {HandedIn} told */
async function hear([name, what, detail], bundle, keys, told) {
  if (name === 'end') told.isWhole = what === 'whole';
  else if (name === 'erase' || name === 'voided') await hearEnd(what, keys, told);
  else if (what === 'refused') told.refused.push([name, String(detail)]);
  else if (what === 'kept') told.kept.push(name);
  else if (what === 'stored') told.images.push(name);
  else if (what === 'ok') await hearReceipt(name, detail, bundle, keys, told);
}

/** @param {string} name @param {any} receipt @param {Bundle} bundle @param {KeyList} keys @param {HandedIn} told */
async function hearReceipt(name, receipt, bundle, keys, told) {
  const entry = bundle.entries.find((each) => each.name === name);
  const pair = entry ? await pairOf(bundle, entry) : 'malformed';
  const verified = typeof pair === 'string' ? undefined : await verifyReceipt(receipt, pair[0], keys).catch(() => undefined);
  if (!verified) return void told.refused.push([name, 'forged']);
  const own = await read('outbox', name);
  if (own) await takeReceipt(own, receipt, keys, FILE);
  told[verified.who === 'office' ? 'done' : 'hub'].add(name);
  told.ack.set(name, JSON.stringify(receipt)); // a later one names the images that came after the first
}

/** @param {any} mark @param {KeyList} keys @param {HandedIn} told */
async function hearEnd(mark, keys, told) {
  const caseId = await endedCase(mark, keys);
  if (!caseId) return;
  await endCase(caseId, mark);
  told.ack.set(mark._id, JSON.stringify(mark));
}

/** @param {Bundle} bundle @param {Entry} entry @param {KeyList} keys @returns {Promise<keyof Believed>} */
async function believe(bundle, entry, keys) {
  const value = entry.length > LONGEST ? undefined : await valueOf(bundle, entry);
  if (/^(gone|code)\./.test(entry.name)) {
    const caseId = value?._id === entry.name ? await endedCase(value, keys) : undefined;
    if (!caseId) return 'forged';
    await endCase(caseId, value);
    return 'ended';
  }
  const item = await read('outbox', entry.name);
  return item ? takeReceipt(item, value, keys, FILE) : 'unknown';
}

/** @param {Bundle} bundle @param {Entry} entry @returns {Promise<any>} undefined where it is not whole */
async function valueOf(bundle, entry) {
  const bytes = await readEntry(bundle, entry);
  try {
    return bytes ? JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The office may have been restored since it answered in a file. So the next exchange asks whether it still has what it
 * has given receipts for, as after every restore.
 */
const forgetOffices = () => amend('meta', MEMORY, (memory) => ({ ...memory, heard: {} }));

/** @param {unknown} revision */
async function officeNow(revision) {
  const known = await office();
  return revision === known.public ? known : refreshOffice().catch(() => known);
}

/** @param {Blob} file */
async function post(file) {
  const options = /** @type {const} */ ({ method: 'POST', cache: 'no-store', credentials: 'omit', redirect: 'error' });
  const { cutter: { signal }, wait } = stopwatch();
  const heard = () => wait(QUIET);
  wait(QUIET + file.size / SLOWEST);
  const answer = await fetch('/bundle', { ...options, headers: { 'Content-Type': TYPE }, body: file, signal }).catch(() => {
    throw new TransportError('away');
  });
  if (answer.ok && answer.headers.get('Content-Type')?.startsWith('application/x-ndjson') && answer.body) return jsonLines(answer.body, heard);
  const { error, reason } = await answer.json().catch(() => ({}));
  if (answer.status === 400 && error === 'bad-bundle') throw new BundleError(reason);
  throw new TransportError(answer.status === 503 || answer.status === 429 ? 'busy' : 'away');
}

const changed = () => document.dispatchEvent(new CustomEvent('rantau:queued'));
