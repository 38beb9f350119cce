/**
 * What a phone speaks of tus 1.0 (docs/formats.md §10): begin, ask where to go on, add. Who answers otherwise than tus, a
 * portal for one, is nobody.
 */

import { within } from '../stopwatch.js';
import { TransportError } from '../transport.js';

/** @typedef {import('../crypto/canonical.js').Bytes} Bytes */
/** @typedef {{origin: string, version: string, digest: string, size: number}} Upload; the office's own origin is '' */
/** @typedef {{offset: number, receipt: any}} Standing how far it has come, and the receipt once it is whole */

const QUIET = 30_000; // milliseconds without an answer after which a link is given up
const SLOWEST = 1; // bytes a millisecond: a link that carries less brings nothing before it goes
const KEEPALIVE = 60_000; // bytes that a browser still sends for a page that was closed
const REASON = /^[a-z-]{1,32}$/;

/** Whoever answers speaks tus and does not take it; `reason` as in docs/formats.md §10. */
export class NotTakenError extends Error {
  name = 'NotTakenError';

  /** @param {number} status @param {string} reason */
  constructor(status, reason) {
    super(reason);
    this.status = status;
    this.reason = reason;
  }
}

/** Begin an upload, or hear how far one has come. @param {Upload} upload @param {AbortSignal} [signal] */
export const begin = (upload, signal) =>
  request(upload, `/blobs/`, {
    method: 'POST', signal,
    headers: { 'Upload-Length': String(upload.size), 'Upload-Metadata': `version ${btoa(upload.version)},digest ${btoa(upload.digest)}` },
  });

/** Ask where to go on. @param {Upload} upload @param {AbortSignal} [signal] */
export const ask = (upload, signal) => request(upload, pathOf(upload), { method: 'HEAD', signal });

/**
 * Add bytes at the offset. Without a checksum whoever takes them keeps what comes of a body that is cut; with one, nothing.
 * @param {Upload} upload @param {number} offset @param {Bytes} bytes
 * @param {{isChecked?: boolean, signal?: AbortSignal}} [options]
 */
export async function add(upload, offset, bytes, { isChecked, signal } = {}) {
  /** @type {Record<string, string>} */
  const headers = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) };
  if (isChecked) headers['Upload-Checksum'] = `sha256 ${await checksum(bytes)}`;
  const isStreamed = upload.origin === '' && canStream();
  const body = isStreamed ? streamOf(bytes) : bytes;
  const more = isStreamed ? { duplex: 'half' } : { keepalive: bytes.length < KEEPALIVE };
  try {
    const standing = await request(upload, pathOf(upload), { method: 'PATCH', headers, body, signal, ...more }, bytes.length);
    if (isStreamed) failures = -Infinity;
    return standing;
  } catch (error) {
    if (isStreamed && error instanceof TransportError && !signal?.aborted) failures += 1;
    throw error;
  }
}

let failures = 0; // of the first streams in a row: a signal may go, but where two fail something on the way takes none

/**
 * Whether a body can be a stream here, which Chromium does over HTTP/2 alone. Any other body it sends a second time, all
 * of it and unasked, where an open connection is cut.
 */
function canStream() {
  if (failures > 1) return false;
  let isAsked = false;
  const options = { method: 'POST', body: new ReadableStream(), get duplex() { return (isAsked = true), 'half'; } };
  const isText = new Request('/', options).headers.has('Content-Type'); // of a browser that made the stream a word
  const isOurs = (/** @type {any} */ { name, nextHopProtocol }) => name.startsWith(`${location.origin}/`) && nextHopProtocol === 'h2';
  return isAsked && !isText && performance.getEntriesByType('resource').some(isOurs);
}

/** @param {Bytes} bytes */
const streamOf = (bytes) => new ReadableStream({
  start(controller) {
    controller.enqueue(bytes);
    controller.close();
  },
});

/** @param {Upload} upload */
const pathOf = ({ version, digest }) => `/blobs/${version}/${digest}`;

/** @param {Bytes} bytes */
const checksum = async (bytes) => btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))));

/**
 * @param {Upload} upload @param {string} path @param {RequestInit & {signal?: AbortSignal}} options
 * @param {number} [length] bytes of the body
 * @returns {Promise<Standing>}
 */
async function request({ origin, size }, path, { signal, ...options }, length = 0) {
  return within(QUIET + length / SLOWEST, async (cut) => {
    const answer = await fetch(origin + path, {
      cache: 'no-store', credentials: 'omit', redirect: 'error', ...options,
      headers: { 'Tus-Resumable': '1.0.0', ...options.headers }, signal: cut,
    }).catch(() => {
      throw new TransportError('cut');
    });
    // What was begun just now may say nothing of an offset: it is 0.
    const isNew = answer.status === 201 && answer.headers.has('Tus-Resumable');
    const offset = Number(answer.headers.get('Upload-Offset') ?? (isNew ? 0 : NaN));
    if (answer.ok && Number.isSafeInteger(offset) && offset <= size) return { offset, receipt: receiptOf(answer) };
    throw await refusal(answer);
  }, signal);
}

/** @param {Response} answer */
function receiptOf({ headers }) {
  try {
    return JSON.parse(headers.get('Rantau-Receipt') ?? 'null');
  } catch {
    return null;
  }
}

/** @param {Response} answer */
async function refusal(answer) {
  const { status, headers } = answer;
  const wait = Math.min(Math.max(Number(headers.get('Retry-After')) || 0, 0), 3600);
  if (status === 429 || status === 503) return new TransportError('busy', wait);
  if (status < 400 || status >= 500) return new TransportError('away'); // a gateway, or an answer that makes no sense
  const told = await answer.json().catch(() => null);
  const reason = typeof told?.reason === 'string' && REASON.test(told.reason) ? told.reason : '';
  // An answer to HEAD has no body. Of others, who gives no reason of ours is somebody on the way.
  return reason || headers.has('Tus-Resumable') ? new NotTakenError(status, reason) : new TransportError('away');
}
