/** One exchange over the wire: lines out in one gzipped POST, lines in as they come, whatever they say. */

import { noteExchange } from './images/link-speed.js';
import { stopwatch } from './stopwatch.js';
import { bodyOf, canGzip } from './wire-body.js';

/** How it failed: `away` (no answer, or not ours), `cut`, `too-large`, `busy`, `unsupported`, `unread` (the first line). */
export class TransportError extends Error {
  name = 'TransportError';

  /** @param {'away' | 'cut' | 'too-large' | 'busy' | 'unsupported' | 'unread'} reason @param {number} [retryAfter] seconds */
  constructor(reason, retryAfter = 0) {
    super(reason);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

/** Whether nobody was there who took what went. @param {unknown} error */
export const isAway = (error) => error instanceof TransportError && error.reason === 'away';

const NDJSON = 'application/x-ndjson';
const QUIET = 60_000; // milliseconds without a byte after which nobody is there
const SLOWEST = 1; // bytes a millisecond going out; slower than that is worth cutting into smaller batches
const LONGEST = 1 << 20; // characters of a line
const SHORT = 200; // characters of a line that gzip makes longer
/** @type {Record<number, 'too-large' | 'unsupported' | 'unread'>} */
const REASONS = { 400: 'unread', 413: 'too-large', 415: 'unsupported' };

let isPlain = !canGzip;

/**
 * Post lines and give those of the answer, the first of which has to be a head. A line that cannot be read is given as
 * undefined. Throws a `TransportError`; what was given before it is good.
 * @param {string[]} lines
 * @param {AbortSignal} [signal]
 * @param {string} [origin] of a hub; the office's is ours
 * @returns {AsyncGenerator<any>}
 */
export async function* post(lines, signal, origin = '') {
  const { cutter, wait, stop } = stopwatch(signal);
  try {
    const asIs = isPlain || (lines.length === 1 && lines[0].length < SHORT);
    const body = await bodyOf(lines, asIs);
    wait(QUIET + body.size / SLOWEST);
    noteExchange(body.size);
    const answer = await send(body, asIs, cutter.signal, origin);
    const rows = jsonLines(/** @type {ReadableStream} */ (answer.body), () => wait(QUIET));
    yield await headOf(rows);
    yield* rows;
  } catch (error) {
    if (!(error instanceof TransportError)) throw new TransportError('cut');
    if (error.reason !== 'unsupported' || isPlain) throw error;
    isPlain = true; // something on the way takes no gzip
    yield* post(lines, signal, origin);
  } finally {
    stop();
  }
}

/**
 * Give the values of a stream of JSON lines as they come, undefined for a line that is none.
 * The stream is read ahead of whoever asks, because a browser drops what it holds unread when the connection is cut.
 * @param {ReadableStream<Uint8Array>} stream
 * @param {() => void} [heard]
 */
export async function* jsonLines(stream, heard = () => {}) {
  const reader = stream.getReader();
  /** @type {any[]} */
  const rows = [];
  let isOver = false;
  let wake = () => {};
  const over = readAhead(reader, rows, () => (heard(), wake())).finally(() => {
    isOver = true;
    wake();
  });
  over.catch(() => {});
  try {
    for (;;) {
      while (rows.length) yield rows.shift();
      if (isOver) return await over;
      await new Promise((/** @type {(value?: any) => void} */ resolve) => (wake = resolve));
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

/** @param {ReadableStreamDefaultReader<Uint8Array>} reader @param {any[]} rows @param {() => void} heard */
async function readAhead(reader, rows, heard) {
  const decoder = new TextDecoder();
  for (let rest = ''; ; ) {
    const { done, value } = await reader.read();
    const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
    rest = done ? '' : /** @type {string} */ (lines.pop());
    if (rest.length > LONGEST) throw new TransportError('away');
    rows.push(...lines.filter((line) => line.trim()).map(parsed));
    heard();
    if (done) return;
  }
}

/** @param {Blob} body @param {boolean} asIs @param {AbortSignal} signal @param {string} origin */
async function send(body, asIs, signal, origin) {
  /** @type {Record<string, string>} */
  const headers = { 'Content-Type': NDJSON, Accept: NDJSON };
  if (!asIs) headers['Content-Encoding'] = 'gzip';
  const options = /** @type {const} */ ({ method: 'POST', cache: 'no-store', credentials: 'omit', redirect: 'error' });
  const answer = await fetch(`${origin}/exchange`, { ...options, headers, body, signal }).catch(() => {
    throw new TransportError('away');
  });
  if (answer.ok && answer.headers.get('Content-Type')?.startsWith(NDJSON) && answer.body) return answer;
  void answer.body?.cancel();
  const isBusy = answer.status === 429 || answer.status === 503;
  throw new TransportError(REASONS[answer.status] ?? (isBusy ? 'busy' : 'away'), retryAfter(answer));
}

/** @param {AsyncGenerator<any>} rows */
async function headOf(rows) {
  const { value: head } = await rows.next();
  const isHead = typeof head?.epoch === 'string' && typeof head.public === 'string' && Number.isSafeInteger(head.time);
  if (!isHead) throw new TransportError('away');
  return head;
}

/** @param {Response} answer seconds to wait, of a number or a date */
function retryAfter({ headers }) {
  const text = headers.get('Retry-After') ?? '';
  const seconds = /^[0-9]+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Math.min(Math.max(seconds || 0, 0), 3600);
}

/** @param {string} line @returns {any} */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
