/** Who takes a request and never answers is given up, also in a browser whose `AbortSignal` has neither `any` nor `timeout`. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { refreshOffers } from '../../../pwa/booking/offers.js';
import { begin } from '../../../pwa/images/tus.js';
import { expected } from '../../../pwa/pace.js';
import { refreshOffice } from '../../../pwa/pins.js';
import { stopwatch } from '../../../pwa/stopwatch.js';

const MINUTE = 60_000; // milliseconds
const { fetch: realFetch, AbortSignal: { any, timeout } } = globalThis;
let [server, asked] = [createServer(), (/** @type {string | undefined} */ _path) => {}];
let origin = '';

before(async () => {
  server = createServer(({ url }) => asked(url));
  await new Promise((resolve) => server.listen(0, resolve));
  origin = `http://localhost:${server.address().port}`;
  globalThis.fetch = (path, options) => realFetch(new URL(path, origin), options);
  for (const name of ['any', 'timeout']) delete AbortSignal[name];
});
after(() => {
  Object.assign(AbortSignal, { any, timeout });
  globalThis.fetch = realFetch;
  server.closeAllConnections();
  server.close();
});

const upload = { origin: '', version: 'app.a.b', digest: 'd', size: 100 };
for (const [path, work, name] of [
  ['/blobs/', () => begin(upload), 'TransportError'],
  ['/blobs/', () => begin(upload, new AbortController().signal), 'TransportError'],
  ['/office.json', () => refreshOffice(), 'OfflineError'],
  // What was kept would be next, and node keeps nothing.
  ['/pace.json', () => expected('passport-new', 'masuk', 0), 'ReferenceError'],
  ['/offers.json', () => refreshOffers(), 'ReferenceError'],
]) {
  test(`who asks for ${path} waits a minute at most`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const came = new Promise((resolve) => (asked = resolve));
    const ended = assert.rejects(/** @type {() => Promise<any>} */ (work)(), { name });
    assert.equal(await came, path);
    t.mock.timers.tick(MINUTE);
    await ended;
  });
}

test('whoever asks may end it before, also before it began', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stop = new AbortController();
  const came = new Promise((resolve) => (asked = resolve));
  const ended = assert.rejects(begin(upload, stop.signal), { name: 'TransportError' });
  await came;
  stop.abort();
  await ended;
  assert.equal(stopwatch(stop.signal).cutter.signal.aborted, true);
});
