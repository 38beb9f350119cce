/** A date asked for in three fields is one value, also while it is half typed, and comes back into its fields. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readValues, writeValues } from '../../../pwa/components/form-values.js';

/** The controls of one date, as the page has them. @param {string[]} typed */
const form = (...typed) => ({
  elements: ['lahir', 'lahir.m', 'lahir.y'].map((name, at) => ({
    name, type: at === 1 ? 'select-one' : 'text', value: typed[at] ?? '', dataset: at ? {} : { date: '' },
  })),
});
const shown = (made) => made.elements.map(({ value }) => value);

test('three fields are one date, day first', () => {
  assert.deepEqual(readValues(form('12', '04', '1995')), { lahir: '12-04-1995' });
});

test('half a date is kept as far as it goes, and no date is nothing', () => {
  assert.deepEqual(readValues(form('12', '', '')), { lahir: '12' });
  assert.deepEqual(readValues(form('', '04', '')), { lahir: '-04' });
  assert.deepEqual(readValues(form('', '', '1995')), { lahir: '--1995' });
  assert.deepEqual(readValues(form()), { lahir: '' });
});

test('what was kept comes back into its fields, as it was typed or as an answer', () => {
  for (const typed of ['12-04-1995', '1995-04-12', '12/4/1995']) {
    const made = form();
    writeValues(made, { lahir: typed });
    assert.deepEqual(shown(made), ['12', '04', '1995'], typed);
  }
  for (const typed of ['12', '-04', '--1995', '']) {
    const made = form('9', '09', '1909');
    writeValues(made, { lahir: typed });
    assert.deepEqual(readValues(made), { lahir: typed });
  }
});

test('a form that was opened before keeps a date that does not split', () => {
  const made = form();
  writeValues(made, { lahir: 'besok' });
  assert.deepEqual(readValues(made), { lahir: 'besok' });
});
