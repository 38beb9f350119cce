/** Today's phone reads what servers of earlier versions answered. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { isSigned } from '../../../pwa/case-content.js';
import { b64uDecode } from '../../../pwa/crypto/canonical.js';
import { verifyKeyList } from '../../../pwa/crypto/keyring.js';
import { verifyReceipt } from '../../../pwa/crypto/receipts.js';
import { post } from '../../../pwa/transport.js';

const HERE = path.resolve(import.meta.dirname, '../../frozen');
const folders = readdirSync(HERE, { withFileTypes: true }).filter((entry) => entry.isDirectory() && /^\d/.test(entry.name));

for (const { name } of folders) {
  test(`the answer of ${name}`, async (t) => {
    const read = (file) => readFileSync(path.join(HERE, name, file));
    const { pairs, list, sent, watch: [[caseId]] } = JSON.parse(read('keys.json'));
    const answer = new Response(read('answer.ndjson'), { headers: { 'Content-Type': 'application/x-ndjson' } });
    t.mock.method(globalThis, 'fetch', async () => answer);

    const rows = [];
    for await (const row of post(['{}'])) rows.push(row);
    const [head, event, [id, what, receipt]] = rows;
    assert.equal(rows.length, 3);
    assert.equal(head.more, false);
    const keys = await verifyKeyList(list, b64uDecode(pairs.root).slice(32));
    assert.equal(await isSigned(event, caseId, keys), true);
    assert.deepEqual([id, what], [sent._id, 'ok']);
    assert.equal((await verifyReceipt(receipt, sent, keys)).who, 'office');
  });
}
