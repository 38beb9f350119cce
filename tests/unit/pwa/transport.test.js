/** An exchange over the wire, with `fetch` answering what the test says. */

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { TransportError, jsonLines, post } from '../../../pwa/transport.js';
import { weigh } from '../../../pwa/wire-body.js';

const HEAD = '{"epoch":"e","time":1,"public":"p","more":false}\n';
const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

/** A stream that gives these pieces and then ends, or breaks. */
const streamOf = (pieces, { breaks = false } = {}) =>
  new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece);
      if (!breaks) controller.close();
    },
    pull: (controller) => breaks && controller.error(new TypeError('cut')),
  });

/** Let `fetch` answer; `asked` collects what it was asked. */
function answerWith(body, { status = 200, headers = {} } = {}) {
  const asked = [];
  globalThis.fetch = async (url, options) => {
    asked.push({ url, ...options });
    const one = typeof body === 'function' ? body(asked.length) : { body, status, headers };
    return new Response(one.body, { status: one.status ?? 200, headers: { 'Content-Type': 'application/x-ndjson', ...one.headers } });
  };
  return asked;
}

/** Everything that came and how it ended. */
async function collect(rows) {
  const came = [];
  try {
    for await (const row of rows) came.push(row);
  } catch (error) {
    return { came, error };
  }
  return { came, error: null };
}

test('lines are given as they come, wherever the pieces were cut', async () => {
  const text = new TextEncoder().encode('["é"]\n\n[2]\n');
  const pieces = [...text].map((byte) => Uint8Array.of(byte));
  assert.deepEqual((await collect(jsonLines(streamOf(pieces)))).came, [['é'], [2]]);
});

test('a last line without its end counts only if it is whole', async () => {
  assert.deepEqual((await collect(jsonLines(streamOf(['[1]\n[2]'])))).came, [[1], [2]]);
  assert.deepEqual((await collect(jsonLines(streamOf(['[1]\n["app.']))) ).came, [[1], undefined]);
});

test('a line without end is not gathered for ever', async () => {
  const { error } = await collect(jsonLines(streamOf(['x'.repeat((1 << 20) + 1)], { breaks: true })));
  assert.equal(error.reason, 'away');
});

test('lines go out gzipped and the answer starts with its head', async () => {
  const asked = answerWith(`${HEAD}["a","kept"]\n`);
  const { came, error } = await collect(post(['{"v":1}', '[1,2]']));
  assert.deepEqual([came, error], [[JSON.parse(HEAD), ['a', 'kept']], null]);
  assert.equal(asked[0].headers['Content-Encoding'], 'gzip');
  assert.equal(asked[0].credentials, 'omit');
  assert.equal(gunzipSync(Buffer.from(await asked[0].body.arrayBuffer())).toString(), '{"v":1}\n[1,2]\n');
});

test('a cut answer gives what came before the cut', async () => {
  answerWith(streamOf([`${HEAD}["a","kept"]\n["b",`], { breaks: true }));
  const { came, error } = await collect(post(['{"v":1}']));
  assert.deepEqual(came.slice(1), [['a', 'kept']]);
  assert.ok(error instanceof TransportError && error.reason === 'cut');
});

for (const [what, body, headers] of [
  ['a page', '<!doctype html><title>Wi-Fi</title>', { 'Content-Type': 'text/html' }],
  ['a page that claims to be lines', '<!doctype html>\n', {}],
  ['JSON of somebody else', '{"ok":true}\n', {}],
  ['nothing', '', {}],
]) {
  test(`${what} is not an answer of the office`, async () => {
    answerWith(body, { headers });
    const { came, error } = await collect(post(['{"v":1}']));
    assert.deepEqual([came, error.reason], [[], 'away']);
  });
}

for (const [status, headers, reason, retryAfter] of [
  [413, {}, 'too-large', 0],
  [503, { 'Retry-After': '17' }, 'busy', 17],
  [429, { 'Retry-After': '99999999' }, 'busy', 3600],
  [503, { 'Retry-After': 'soon' }, 'busy', 0],
  [500, {}, 'away', 0],
]) {
  test(`status ${status} with ${JSON.stringify(headers)} says ${reason}`, async () => {
    answerWith('{}', { status, headers });
    const { error } = await collect(post(['{"v":1}']));
    assert.deepEqual([error.reason, error.retryAfter], [reason, retryAfter]);
  });
}

test('no network is the same as nobody there', async () => {
  globalThis.fetch = () => Promise.reject(new TypeError('failed to fetch'));
  assert.equal((await collect(post(['{"v":1}']))).error.reason, 'away');
});

test('what a send costs is measured, not guessed', async () => {
  const line = JSON.stringify('ab'.repeat(2000));
  assert.ok((await weigh([line])) < 200);
});

test('an exchange can be stopped', async () => {
  const stop = new AbortController();
  globalThis.fetch = (_, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      stop.abort();
    });
  assert.equal((await collect(post(['{"v":1}'], stop.signal))).error.reason, 'away');
});

test('where gzip is not taken, lines go out plain from then on', async () => {
  const asked = answerWith((count) => (count === 1 ? { body: '{}', status: 415 } : { body: HEAD }));
  const { came, error } = await collect(post(['{"v":1}']));
  assert.deepEqual([came.length, error, asked.length], [1, null, 2]);
  assert.equal(asked[1].headers['Content-Encoding'], undefined);
  assert.equal(await asked[1].body.text(), '{"v":1}\n');
});
