/**
 * The bundle: sealed items and images, or the office's answers to them, in one file for where there is no network. The
 * twin of sync/bundle.py; the bytes are in docs/bundle.md. A file is read by slices and written as parts, so that a day's
 * images are never in memory together.
 */

import { b32Decode, b32Encode, b64uDecode, b64uEncode, canonical, h16, isWhole, sha256 } from './crypto/canonical.js';

/** @typedef {import('./crypto/canonical.js').Bytes} Bytes */
/** @typedef {'items' | 'ack'} Kind */
/** @typedef {{name: string, length: number, digest: string, start: number}} Entry */
/**
 * @typedef {{file: Blob, kind: Kind, office: string, at: number, entries: Entry[], missing: Entry[],
 *   ending: 'whole' | 'cut' | 'long'}} Bundle
 */

export const TYPE = 'application/x-rantau';
const [START, TAG] = ['["rantau', /^\["(rantau[0-9]{1,4})",/];
const [MOST_HEAD, DIGEST] = [1 << 20, 22]; // bytes of the first line, characters of a digest
const [MOST_ENTRIES, MOST_LENGTH] = [10_000, 2 ** 32 - 1];
const ITEM = '(?:app|cmp|msg|svy)\\.[a-z2-7]{24}\\.[a-z2-7]{20}';
/** @type {Record<Kind, RegExp>} */
const NAMES = { items: RegExp(`^(?:${ITEM}|blob\\.[a-z2-7]{52})$`), ack: RegExp(`^(?:${ITEM}|(?:gone|code)\\.[a-z2-7]{24})$`) };

/** A file is not read as a bundle; `reason` is `malformed`, `version`, `too-many`, `cut` or `other-office`. */
export class BundleError extends Error {
  name = 'BundleError';

  /** @param {'malformed' | 'version' | 'too-many' | 'cut' | 'other-office'} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** @param {{name: string}} entry */
export const isBlob = ({ name }) => name.startsWith('blob.');

/** The name of an office, of its root's public key in base64url. @param {string} root */
export const officeId = async (root) => b32Encode((await sha256(b64uDecode(root))).slice(0, 10));

/**
 * Write a bundle of lines and images as they come; only the index is gathered.
 * @param {Kind} kind
 * @param {Iterable<[string, string | Blob]> | AsyncIterable<[string, string | Blob]>} named an image's name is its digest
 * @param {{office: string, at: number}} about
 * @returns {Promise<Blob>}
 */
export async function writeBundle(kind, named, { office, at }) {
  /** @type {[string, number, string][]} */
  const rows = [];
  /** @type {BlobPart[]} */
  const parts = [];
  for await (const [name, data] of named) {
    // A part that is a Blob is not in our memory: the browser keeps it, on disk where it is large.
    const part = typeof data === 'string' ? new Blob([data]) : data;
    rows.push([name, part.size, b64uEncode(await digestOf(name, part))]);
    parts.push(part, '\n');
  }
  const line = canonical(['rantau1', kind, office, at, rows]);
  if (rows.length > MOST_ENTRIES || line.length > MOST_HEAD) throw new BundleError('too-many');
  return new Blob([line, `\n${b64uEncode(await h16(line))}\n`, ...parts], { type: TYPE });
}

/**
 * Read what a file says it holds; the entries themselves are read one by one. Throws a `BundleError`.
 * @param {Blob} file
 * @returns {Promise<Bundle>}
 */
export async function readBundle(file) {
  const bytes = new Uint8Array(await file.slice(0, MOST_HEAD + DIGEST + 2).arrayBuffer());
  const begin = latin(bytes.subarray(0, 16));
  if (!begin || !START.startsWith(begin.slice(0, START.length))) throw new BundleError('malformed');
  if ((TAG.exec(begin)?.[1] ?? 'rantau1') !== 'rantau1') throw new BundleError('version');
  const end = bytes.indexOf(10);
  if (end < 0 ? bytes.length > MOST_HEAD : end > MOST_HEAD) throw new BundleError('too-many');
  const start = end + DIGEST + 2;
  if (end < 0 || bytes.length < start) throw new BundleError('cut');
  const line = bytes.slice(0, end);
  const digest = `${b64uEncode(await h16(line))}\n`;
  if (latin(bytes.subarray(end + 1, start)) !== digest) throw new BundleError('malformed');
  return { file, ...withPlaces(file.size, start, headOf(line)) };
}

/**
 * Give the bytes of an entry, or null where they are missing or not what the index says.
 * @param {Bundle} bundle @param {Entry} entry
 * @returns {Promise<Bytes | null>}
 */
export async function readEntry({ file }, { start, length, digest }) {
  if (start + length + 1 > file.size) return null;
  const bytes = new Uint8Array(await file.slice(start, start + length + 1).arrayBuffer());
  const data = bytes.subarray(0, length);
  return bytes[length] === 10 && b64uEncode(await h16(data)) === digest ? data : null;
}

/**
 * @param {number} size @param {number} start of the first entry
 * @param {{kind: Kind, office: string, at: number, rows: [string, number, string][]}} head
 */
function withPlaces(size, start, { rows, ...head }) {
  let place = start;
  const entries = rows.map(([name, length, digest]) => {
    place += length + 1;
    return { name, length, digest, start: place - length - 1 };
  });
  const missing = entries.filter((entry) => entry.start + entry.length + 1 > size);
  const ending = /** @type {Bundle['ending']} */ (missing.length ? 'cut' : size > place ? 'long' : 'whole');
  return { ...head, entries, missing, ending };
}

/** @param {Bytes} line @returns {{kind: Kind, office: string, at: number, rows: [string, number, string][]}} */
function headOf(line) {
  const head = parsed(line);
  const [tag, kind, office, at, rows] = Array.isArray(head) ? head : [];
  const isHead = tag === 'rantau1' && (kind === 'items' || kind === 'ack') && head.length === 5 && isWhole(at);
  if (!isHead || typeof office !== 'string' || !/^[a-z2-7]{16}$/.test(office) || !Array.isArray(rows)) throw new BundleError('malformed');
  if (rows.length > MOST_ENTRIES) throw new BundleError('too-many');
  if (!rows.every((row) => isRow(kind, row))) throw new BundleError('malformed');
  return { kind, office, at, rows };
}

/** @param {Kind} kind @param {any} row */
const isRow = (kind, row) =>
  Array.isArray(row) && row.length === 3 && typeof row[0] === 'string' && NAMES[kind].test(row[0]) &&
  isWhole(row[1]) && row[1] > 0 && row[1] <= MOST_LENGTH && typeof row[2] === 'string' && /^[\w-]{22}$/.test(row[2]);

/** Written again it has to be the same, so that two readers never read it differently. @param {Bytes} line @returns {any} */
function parsed(line) {
  try {
    const value = JSON.parse(new TextDecoder().decode(line));
    return latin(canonical(value)) === latin(line) ? value : null;
  } catch {
    return null;
  }
}

/** @param {string} name @param {Blob} part */
const digestOf = async (name, part) =>
  isBlob({ name }) ? b32Decode(name.slice(5)).slice(0, 16) : h16(new Uint8Array(await part.arrayBuffer()));

/** @param {Uint8Array} bytes */
const latin = (bytes) => new TextDecoder('latin1').decode(bytes);
