/** The open work in the order in which it is to be done. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Work } from '../../../pwa/staff/work.js';

const row = (id, more = {}) => ({ case: id, state: 'terkirim', waits_for: 'office', due: null, last_at: 100, at: 0, ...more });
const told = (rows, place = '7.2026-12-01') => ({ place, today: '2026-12-01', counts: { terkirim: 5, diserahkan: 4 }, assigned: { later: 'upik', late: 'siti' }, rows, ended: rows && [row('gone', { state: 'diserahkan', waiting: 0 })], rules: [] });

/** An office that answers in turn, and what it was asked. */
function office(...answers) {
  const asked = [];
  return { asked, work: async (query) => (asked.push(query), answers.shift()) };
}

const rows = [
  row('quiet', { waits_for: 'applicant', last_at: 1 }),
  row('no-day', { last_at: 5 }),
  row('later', { due: '2026-12-03' }),
  row('today', { due: '2026-12-01', state: 'dibayar' }),
  row('late', { due: '2026-11-27' }),
];

test('what is late stands first, then by deadline, then what waits for the applicant', async () => {
  const work = new Work(office(told(rows)), 'upik');
  await work.refresh();
  assert.deepEqual(work.queue('all').map((one) => one.case), ['late', 'today', 'later', 'no-day', 'quiet']);
  assert.deepEqual(work.queue('late').map((one) => one.case), ['late']);
  assert.deepEqual(work.queue('mine').map((one) => one.case), ['later']);
  assert.deepEqual(work.queue('today').map((one) => one.case), ['today']);
  assert.deepEqual(work.queue('applicant').map((one) => one.case), ['quiet']);
  assert.deepEqual(work.queue('dibayar').map((one) => one.case), ['today']);
});

test('what has not changed is kept, and one case is put in its new place or out', async () => {
  const api = office(told(rows), told(null), told([row('late', { waits_for: 'applicant' })]), told([]));
  const work = new Work(api, 'upik');
  await work.refresh();
  await work.refresh();
  assert.equal(api.asked[1].known, '7.2026-12-01');
  assert.equal(work.rows.length, 5);
  await work.renew('late');
  assert.equal(work.rows.at(-1).case, 'late');
  await work.renew('late');
  assert.equal(work.find('late'), undefined);
  assert.equal(work.ended.length, 1);
  work.stop();
  assert.deepEqual([work.rows, work.ended, work.older], [[], [], 0]);
});
