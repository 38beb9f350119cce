/** Whoever stands in the way of an upload, a portal for one, is not taken for the office, and what tus says is believed as far as it can be. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { add, ask, begin } from '../../../pwa/images/tus.js';
import { TransportError } from '../../../pwa/transport.js';

const TUS = { 'Tus-Resumable': '1.0.0' };
const PAGE = { 'Content-Type': 'text/html' };
let [answer, server] = [/** @type {[number, object, string]} */ ([200, {}, '']), createServer()];
const upload = { origin: '', version: 'app.a.b', digest: 'd', size: 100 };

before(async () => {
  server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(answer[0], { Connection: 'close', ...answer[1] }).end(answer[2]));
  });
  await new Promise((resolve) => server.listen(0, resolve));
  upload.origin = `http://localhost:${server.address().port}`;
});
after(() => server.close());

test('what was begun and says nothing of an offset is at its beginning', async () => {
  answer = [201, { ...TUS, Location: '/blobs/app.a.b/d' }, ''];
  assert.deepEqual(await begin(upload), { offset: 0, receipt: null });
});

const ways = { begin: () => begin(upload), ask: () => ask(upload), add: () => add(upload, 0, new Uint8Array(10)) };

for (const [name, way] of Object.entries(ways)) {
  for (const [who, ...told] of [
    ['a portal that answers everything with its page', 200, PAGE, '<h1>Masuk</h1>'],
    ['a portal that leads to its page', 302, { Location: '/masuk' }, ''],
    ['a portal that takes everything', 201, PAGE, ''],
    ['a portal that refuses', 403, PAGE, '<h1>Kuota habis</h1>'],
    ['a gateway without a server', 502, PAGE, ''],
    ['an office that has more than there is', 200, { ...TUS, 'Upload-Offset': '101' }, ''],
  ]) {
    test(`${who}, asked to ${name}, is nobody`, async () => {
      answer = /** @type {any} */ (told);
      await assert.rejects(way(), TransportError);
    });
  }

  test(`an office that is asked to ${name} says how far it is, or later`, async () => {
    answer = [200, { ...TUS, 'Upload-Offset': '40' }, ''];
    assert.deepEqual(await way(), { offset: 40, receipt: null });
    answer = [503, { ...TUS, 'Retry-After': '7' }, ''];
    await assert.rejects(way(), { name: 'TransportError', reason: 'busy', retryAfter: 7 });
    answer = [404, TUS, ''];
    await assert.rejects(way(), { name: 'NotTakenError', status: 404 });
  });
}
