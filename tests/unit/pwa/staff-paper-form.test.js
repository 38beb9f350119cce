/** An application on paper: in the order of its paper form, with nothing of what was asked left out. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { calledIn, inPaperOrder, paperOf } from '../../../pwa/staff/paper-form.js';

const names = (/** @type {{name: string}[]} */ asked) => asked.map(({ name }) => name);
const asked = ['nama', 'lahir', 'tujuan', 'anak.0.nama', 'anak.0.lahir', 'anak.1.nama', 'tinggi'].map((name) => ({ name }));

test('what was asked stands in the order of the paper form, rows of a question together', () => {
  const { on, beside } = inPaperOrder(asked, ['tinggi', 'tidak_ditanya', 'nama', 'anak']);
  assert.deepEqual(names(on), ['tinggi', 'nama', 'anak.0.nama', 'anak.0.lahir', 'anak.1.nama']);
  assert.deepEqual(names(beside), ['lahir', 'tujuan']);
});

test('a paper form is that of its applications alone', () => {
  const paper = { name: 'Perdim 11', services: ['passport-new'], fields: [], source: '', checked: '', unverified: null };
  assert.equal(paperOf('passport-new', [paper]), paper);
  assert.equal(paperOf('permit-visit', [paper]), null);
});

test('somebody is called by the first of the answers that their form asks for', () => {
  assert.equal(calledIn({ nama_lain: 'UPIK', nama: 'ROSMAINI' }, ['nama', 'nama_lain']), 'ROSMAINI');
  assert.equal(calledIn({ nama: null, nama_lain: 'UPIK' }, ['nama', 'nama_lain']), 'UPIK');
  assert.equal(calledIn({ tujuan: 'haji' }, ['nama']), '');
});
