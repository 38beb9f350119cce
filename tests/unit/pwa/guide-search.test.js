/** The phone finds in the guides what the server finds, to the letter. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { search } from '../../../pwa/guide-search.js';

const { texts, searches } = JSON.parse(readFileSync(new URL('../../vectors/guide-search.json', import.meta.url), 'utf8'));

for (const { query, found } of searches) {
  test(`looking for ${JSON.stringify(query)}`, () => assert.deepEqual(search(texts, query), found));
}
