/** A volunteer's day: what is taken for a name, what a consent is called, and what counts as done and as open. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { currentNumber, fromAnswers, nameOfText, oneLine, toAnswers } from '../../../pwa/day/consents.js';
import { namesIn } from '../../../pwa/day/days.js';
import { countsOf, isWithOffice } from '../../../pwa/day/progress.js';

test('names are taken from lines, also from those of a numbered table', () => {
  assert.deepEqual(namesIn("1. Siti Aminah\r\n 2) Budi\n\n3\tUpik\tKinali\n\t\nNur'aini; 0812\n---\nDatuk 2 Batuah\n4.Gadih\n- Rosni\n*  Udin\n• Rina"),
    ['Siti Aminah', 'Budi', 'Upik', "Nur'aini", 'Datuk 2 Batuah', 'Gadih', 'Rosni', 'Udin', 'Rina']);
});

test('a consent comes back from its answers as it was, and nothing else is taken for one', () => {
  const consent = /** @type {import('../../../pwa/day/consents.js').Consent} */ ({
    text: '1.abcdefgh', lang: 'id', by: 'guardian', name: 'ROSNI', relation: 'ibu', at: 1, place: 'Kinali', date: '2026-11-30', purpose: null,
  });
  assert.deepEqual(fromAnswers(toAnswers(consent)), consent);
  for (const odd of [undefined, null, 'x', [], [...toAnswers(consent), 1]]) assert.equal(fromAnswers(odd), undefined);
});

test('the text in force is the last one written, and another word makes another name', async () => {
  const written = ['consent.1.title', 'consent.2.title', 'consent.4.title'];
  assert.equal(currentNumber((key) => written.includes(key)), 2);
  assert.notEqual(await nameOfText(1, ['a', 'b']), await nameOfText(1, ['a', 'c']));
  assert.match(await nameOfText(12, ['a']), /^12\.[a-z2-7]{8}$/);
});

test('half a character, which cannot be sealed, is left out of what is typed', () => {
  assert.equal(oneLine(' Balai\n\ud83c  Kinali '), 'Balai Kinali');
});

test('a day is done when nothing of it is on the phone alone, whoever did not come', () => {
  const of = (/** @type {any} */ stage, isHanded = false, isFiled = false) => ({ id: 'x', name: 'X', stage, isHanded, isFiled });
  const counts = countsOf([of('waiting'), of('sent', true), of('sent'), of('hub', true, true), of('sealed'), of('ended')]);
  assert.deepEqual(counts, { all: 6, waiting: 1, filling: 0, sealed: 2, refused: 0, sent: 3, filed: 1, handed: 2, unhanded: 2, done: 5 });
  assert.equal(isWithOffice(counts), false);
  for (const stage of ['filling', 'sealed', 'hub', 'refused']) assert.equal(isWithOffice(countsOf([of(stage)])), false);
  assert.equal(isWithOffice(countsOf([of('waiting'), of('sent'), of('ended')])), true);
});
