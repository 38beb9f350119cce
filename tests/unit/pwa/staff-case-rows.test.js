/** The list as a table: a column a question, with its type; what does not open is not in it, and the row says why. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { newKeyPair } from '../../../pwa/crypto/key-pair.js';
import { derive } from '../../../pwa/crypto/receipt-code.js';
import { sealVersion } from '../../../pwa/crypto/seal.js';
import { CaseOpener } from '../../../pwa/staff/case-opener.js';
import { knownRows, openedRows } from '../../../pwa/staff/case-rows.js';
import { Texts } from '../../../pwa/staff/texts.js';

const field = (key, control, more = {}) => ({ key, label: `f.${key}`, group: 'personal', control, hard: [], soft: [], ...more });
const form = (fields) => ({ service: 'small', n: 1, title: 'x', groups: ['personal'], sections: [{ id: 'a', title: 'x', fields }] });
const FORMS = {
  '1.aaaaaaaa': form([field('name', 'text'), field('nik', 'digits'), field('born', 'date'), field('height', 'number')]),
  '2.bbbbbbbb': form([field('nik', 'digits'), field('name', 'text'), field('wish', 'radio', { options: [['u', 'f.umrah']] })]),
};
const [epoch, other] = await Promise.all([newKeyPair(), newKeyPair()]);
const keys = { seal: new Map([['k1', epoch]]), list: { find: () => undefined } };
const texts = new Texts('id', { 'f.umrah': 'Umrah', 'staff.shut.no-key': 'Tanpa kunci', 'staff.shut.erased': 'Dihapus' }, { '13.12': 'Pasaman Barat' });

async function sealed(code, name, answers, { to = epoch, kid = 'k1' } = {}) {
  const codeKeys = await derive(code);
  const { version, wrap } = await sealVersion({
    type: 'application', codeKeys, service: 'small', form: name, at: 1_795_000_000, channel: 'app', device: null, area: null,
    wish: [], prev: [], groups: { personal: answers }, recipients: [[kid, to.pub]],
  });
  return { row: row(codeKeys.case), raw: { versions: [version], wraps: { [version._id]: wrap } } };
}

const row = (id) => ({
  case: id, number: id.slice(0, 4), service: 'small', state: 'terkirim', received: 1_795_000_000, last_at: 1_795_000_000,
  area: '13.12', channel: 'app', versions: 1, waiting: 0, formers: [], due: '2026-12-01', waits_for: 'office',
});
const cases = await Promise.all([
  sealed('0123456789abcdef', '1.aaaaaaaa', ['Upik', '0012030304900001', '1990-04-12', 161]),
  sealed('1123456789abcdef', '2.bbbbbbbb', ['1312030304900001', '=Buyung', 'u']),
  sealed('2123456789abcdef', '1.aaaaaaaa', ['Rahasia', '1', null, null], { to: other, kid: 'k9' }),
]);

/** Rows of these cases, opened at this desk. */
const opened = (rows, desk, onOpened = async () => {}) => openedRows(rows, desk, { opener: new CaseOpener(desk), onOpened });

/** A desk at an office that has these cases, of which some were read for the search already. */
function desk(read = []) {
  const asked = [];
  const api = {
    form: async (_, name) => {
      if (name === '1.aaaaaaaa') await new Promise((go) => setTimeout(go)); // what is listed first opens last
      return FORMS[name];
    },
    indexOf: async (ids) => {
      asked.push(...ids);
      return { sealed: Object.fromEntries(cases.filter((one) => ids.includes(one.row.case)).map((one) => [one.row.case, one.raw])) };
    },
  };
  const index = { cases: new Map(read.map((one) => [one.row.case, { row: { versions: 1 } }])), sealed: new Map(read.map((one) => [one.row.case, one.raw])) };
  return { asked, desk: { api, texts, keys, index, assigned: () => 'upik' } };
}

const rows = cases.map((one) => one.row);
const column = ({ heads, rows: lines }, head) => [...lines].map((line) => line[heads.indexOf(head)]);

test('a question is one column in all forms that ask it, each answer with its type', async () => {
  const { desk: one } = desk();
  const made = await opened(rows, one);
  assert.deepEqual(made.heads.slice(-5), ['f.name', 'f.nik', 'f.born', 'f.height', 'f.wish']);
  assert.deepEqual(column(made, 'f.nik'), ['0012030304900001', '1312030304900001', null]);
  assert.deepEqual(column(made, 'f.name'), ['Upik', '=Buyung', null]);
  assert.deepEqual(column(made, 'f.born'), [new Date('1990-04-12T00:00:00Z'), null, null]);
  assert.deepEqual(column(made, 'f.height'), [161, null, null]);
  assert.deepEqual(column(made, 'f.wish'), [null, 'Umrah', null]);
  assert.deepEqual(column(made, 'staff.table.column.due')[0], new Date('2026-12-01T00:00:00Z'));
});

test('a date that does not exist is the text that was answered, and stops nothing', async () => {
  const { desk: one } = desk();
  const odd = await Promise.all(['2026-13-45', '2026-02-31'].map((born, n) => sealed(`${n + 3}123456789abcdef`, '1.aaaaaaaa', ['Siti', '1', born, 150])));
  one.api.indexOf = async () => ({ sealed: Object.fromEntries(odd.map(({ row: { case: id }, raw }) => [id, raw])) });
  const made = await opened(odd.map((each) => each.row), one);
  assert.deepEqual(column(made, 'f.born'), ['45-13-2026', '31-02-2026']);
});

test('what this officer cannot open, or nobody any more, is not in it and says why', async () => {
  const { desk: one } = desk();
  const made = await opened([...rows, row('gone')], one);
  assert.deepEqual(column(made, 'staff.table.note'), [null, null, 'Tanpa kunci', 'Dihapus']);
  assert.equal(made.shut, 2);
  assert.ok(!JSON.stringify([...made.rows]).includes('Rahasia'));
});

test('without answers nothing is asked for and nothing personal is there', () => {
  const { desk: one, asked } = desk(cases);
  const made = knownRows(rows, one);
  assert.deepEqual(asked, []);
  assert.deepEqual(column(made, 'staff.table.column.area'), ['Pasaman Barat', 'Pasaman Barat', 'Pasaman Barat']);
  assert.ok(!/Upik|1312030304900001/.test(JSON.stringify([...made.rows])));
});

test('what was read for the search is not asked for again, and it ends when nobody wants it', async () => {
  const { desk: one, asked } = desk(cases.slice(0, 1));
  await opened(rows, one);
  assert.deepEqual(asked, rows.slice(1).map((each) => each.case));
  await assert.rejects(opened(rows, one, async (n) => { throw new Error(`${n} were opened`); }), /3 were opened/);
});

test('a day is the one at the office, wherever the computer is', () => {
  const midnight = Date.UTC(2026, 10, 30, 17) / 1000; // in West Sumatra
  const { heads, rows } = knownRows([{ ...row('zu43'), received: midnight, last_at: midnight - 1 }], { texts, assigned: () => undefined });
  const [cells] = [...rows].map((one) => Object.fromEntries(heads.map((head, at) => [head.split('.').at(-1), one[at]])));
  assert.deepEqual([cells.received, cells.last].map((day) => day.toISOString().slice(0, 10)), ['2026-12-01', '2026-11-30']);
});
