/** Today's app goes by what a server of an earlier day answered to the app of that day. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { stepsOf } from '../../../pwa/bare-steps.js';
import { answered } from '../../../pwa/booking/bookings.js';
import { endedCase, isHolding, isSigned, openContent } from '../../../pwa/case-content.js';
import { b64uDecode, b64uEncode } from '../../../pwa/crypto/canonical.js';
import { verifyKeyList } from '../../../pwa/crypto/keyring.js';
import { derive } from '../../../pwa/crypto/receipt-code.js';
import { verifyReceipt } from '../../../pwa/crypto/receipts.js';
import * as tus from '../../../pwa/images/tus.js';
import { post } from '../../../pwa/transport.js';

const HERE = path.resolve(import.meta.dirname, '../../frozen');
const folders = readdirSync(HERE).filter((name) => existsSync(path.join(HERE, name, 'steps.json')));

/** @param {string} folder @param {string} file */
function frozen(folder, file) {
  const read = (/** @type {string} */ ending) => {
    const bytes = readFileSync(path.join(HERE, folder, `${file}.${ending}`));
    const end = bytes.indexOf('\r\n\r\n');
    const [first, ...heads] = bytes.subarray(0, end).toString().split('\r\n');
    return { first: first.split(' '), heads: heads.map((head) => head.split(/: (.*)/s, 2)), body: bytes.subarray(end + 4) };
  };
  const { first: [method, where], heads } = read('request');
  const { first: [, status], heads: headers, body } = read('answer');
  return { method, where, asked: Object.fromEntries(heads), answer: new Response(body.length ? body : null, { status, headers }) };
}

/** Whether the app goes by a row of an exchange. @param {any} row */
async function isBelieved(row, { keys, versions }) {
  if (!Array.isArray(row)) return isSigned(row, row.case, keys);
  const [one, two, three] = row;
  if (two === 'ok') return (await verifyReceipt(three, versions[one], keys)).who === 'office';
  if (one === 'erase' || one === 'voided') return two._id.endsWith(`.${await endedCase(two, keys)}`);
  if (one === 'steps') return (await stepsOf(two, keys)).length > 0;
  if (one === 'since') return typeof two === 'string';
  if (one === 'came') return Number.isSafeInteger(three);
  return two === 'missing' || (two === 'refused' && three === 'voided') || isHolding(row, one._id.split('.')[1]);
}

for (const folder of folders) {
  const json = (/** @type {string} */ file) => JSON.parse(readFileSync(path.join(HERE, folder, file), 'utf8'));
  const [steps, { office }] = [json('steps.json'), json('office.json')];
  const versions = Object.fromEntries(steps.flatMap(({ sent = [] }) => sent.map((version) => [version._id, version])));
  const letters = Object.assign({}, ...steps.map((step) => step.letters ?? {}));

  for (const { file, code } of steps) {
    test(`${folder}: ${file}`, async (t) => {
      const keys = await verifyKeyList(office.keys, b64uDecode(office.root));
      const { method, where, asked, answer } = frozen(folder, file);
      t.mock.method(globalThis, 'fetch', async () => answer);

      if (where === '/exchange') {
        const rows = [];
        for await (const row of post(['{}'])) rows.push(row);
        for (const row of rows.slice(1)) assert.equal(await isBelieved(row, { keys, versions }), true, JSON.stringify(row));
        if (code) await opens(code, rows, letters);
      } else if (where.startsWith('/blobs/')) {
        const size = Number(asked['Upload-Length'] ?? answer.headers.get('Upload-Length'));
        const [, , version, digest] = (answer.headers.get('Location') ?? where).split('/');
        const upload = { origin: 'http://localhost', version, digest, size };
        const did = { POST: () => tus.begin(upload), HEAD: () => tus.ask(upload), PATCH: () => tus.add(upload, 0, new Uint8Array(1)) };
        const { offset, receipt } = await did[method]();
        assert.equal(offset, method === 'PATCH' ? size : 0);
        if (receipt) assert.deepEqual((await verifyReceipt(receipt, versions[version], keys)).held, [digest]);
      } else if (where === '/bookings') {
        const { rows: [row] } = await answer.json();
        const { booking } = answered({ booking: { state: 'none', at: 0 } }, row);
        const shown = { booked: booking.ticket?.number, waiting: booking.wish?.length, none: true }[booking.state];
        assert.ok(shown, JSON.stringify(booking));
      } else {
        assert.match((await answer.json()).device, /^d-[a-z2-7]{8}$/);
      }
    });
  }
}

/** What somebody reads who types the code. */
async function opens(code, rows, letters) {
  const { open } = await derive(code);
  const [events, held] = [rows.filter(({ type }) => type === 'event'), rows.filter((row) => row[0]?._id)];
  const content = { open: b64uEncode(open), versions: held, events };
  const opened = await openContent(content);
  for (const { id, groups } of opened.versions) assert.deepEqual(groups, letters[id]);
  assert.ok(opened.events.every(({ note, hasNote }) => hasNote === Boolean(note)));
}
