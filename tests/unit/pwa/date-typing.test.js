/** Dashes come by themselves while a date is typed, and mend nobody's own way of writing it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withDashes } from '../../../pwa/components/date-typing.js';

/** Type key after key, as on a phone. */
const typed = (keys) => [...keys].reduce((shown, key) => withDashes(shown + key), '');

test('digits alone become a date', () => {
  assert.equal(typed('12041995'), '12-04-1995');
  assert.equal(typed('120'), '12-0');
});

test('dashes, slashes, dots and spaces that a person types are no dashes too many', () => {
  for (const keys of ['12-04-1995', '12/04/1995', '12.04.1995', '12 04 1995']) assert.equal(typed(keys), '12-04-1995', keys);
});

test('days and months of one digit stay so', () => {
  assert.equal(typed('1-4-1995'), '1-4-1995');
  assert.equal(typed('1/12/1995'), '1-12-1995');
});

test('a date pasted with its year first is left alone', () => {
  assert.equal(withDashes('1995-04-12'), '1995-04-12');
});

test('what is no date keeps its digits', () => {
  assert.equal(withDashes('120419955').replaceAll('-', ''), '120419955');
});
