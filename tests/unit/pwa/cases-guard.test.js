/** CouchDB's own check of `cases`, run as it is sent; the cases are read by tests/unit/server/couch/test_cases_guard.py too. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

const root = new URL('../../../', import.meta.url);
const rows = JSON.parse(readFileSync(new URL('tests/vectors/cases-guard.json', root)));
const source = readFileSync(new URL('server/couch/cases_guard.js', root), 'utf8');
const text = source.slice(source.indexOf('function (doc)'));
// As CouchDB does: the text is an expression, and knows nothing of what is around it.
const guard = runInNewContext(`(${text})`, {});

function verdict(doc) {
  try {
    guard(doc, null, { roles: ['_admin'] }, {});
    return true;
  } catch (refusal) {
    assert.match(refusal.forbidden, /^cases: [a-z_.]+( deletion)? is not as the formats say$/);
    return false;
  }
}

for (const [name, doc, isTaken] of rows) {
  test(`${isTaken ? 'taken' : 'refused'}: ${name}`, () => assert.equal(verdict(doc), isTaken));
}

test('it is written for engines of 2009', () => {
  assert.doesNotMatch(text, /=>|\b(let|const|class|async)\b|`|\.includes\(|Object\.(entries|values|hasOwn)/);
});
