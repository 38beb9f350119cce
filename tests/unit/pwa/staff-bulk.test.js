/** One step for a group: every case has a result of its own, and what is not as it was listed is left alone. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { verifyEvent } from '../../../pwa/crypto/events.js';
import { newKeyPair } from '../../../pwa/crypto/key-pair.js';
import { KeyList } from '../../../pwa/crypto/keyring.js';
import { derive } from '../../../pwa/crypto/receipt-code.js';
import { sealVersion } from '../../../pwa/crypto/seal.js';
import { commonSteps, recordAll } from '../../../pwa/staff/bulk.js';
import { ApiError } from '../../../pwa/staff/staff-api.js';
import { StepOutbox } from '../../../pwa/staff/step-outbox.js';
import { newLocks, newStorage } from './tabs-of-a-browser.js';

const FORM = {
  service: 'small', n: 1, title: 'x', groups: ['personal'],
  sections: [{ id: 'a', title: 'x', fields: [{ key: 'name', label: 'x', group: 'personal', control: 'text', hard: [], soft: [] }] }],
};
const [epoch, office] = await Promise.all([newKeyPair(), newKeyPair()]);
const row = (kid, use, pair) => ({ kid, use, who: 'office', kem: use === 'seal' ? 16 : null, state: 'primary', pub: pair.pub });
const list = new KeyList({ office: 'x', seq: 1, at: 1, until: 2, keys: [row('k1', 'seal', epoch), row('o1', 'office', office)] });
const keys = { list, seal: new Map([['k1', epoch]]), signing: { kid: 'o1', private: office }, isForgotten: false };

async function sealed(code) {
  const codeKeys = await derive(code);
  const { version, wrap } = await sealVersion({
    type: 'application', codeKeys, service: 'small', form: '1.aaaaaaaa', at: 1_795_000_000, channel: 'app', device: null,
    area: null, wish: [], prev: [], groups: { personal: ['Upik'] }, recipients: [['k1', epoch.pub]],
  });
  return { id: codeKeys.case, raw: { versions: [version], wraps: { [version._id]: wrap }, events: [] } };
}

const listed = ({ id }, more = {}) => ({ case: id, number: id.slice(0, 8), state: 'terkirim', n: 0, waiting: 0, ...more });

beforeEach(() => { globalThis.localStorage = newStorage(); });

/** Record one step in these cases: what each came to, what was sent and what waits. The answers of some are lost. */
async function recorded(cases, rows, {
  refuse = {}, lost = [], text = 'Bawa KTP asli.', form = FORM, step = 'berkas_lengkap', signal = new AbortController().signal,
} = {}) {
  const [sent, results] = [[], []];
  const raws = new Map(cases.map(({ id, raw }) => [id, raw]));
  const api = {
    case: async (id) => {
      if (refuse[id] === 0) throw new ApiError(0);
      return raws.get(id) ?? assert.fail('asked for another case');
    },
    form: async () => form,
    addEvent: async (event) => {
      if (event.case in refuse) throw new ApiError(refuse[event.case]);
      sent.push(event);
      if (lost.includes(event.case)) throw new ApiError(0);
      return event;
    },
  };
  const onResult = ({ row: { case: id }, outcome }) => results.push([id, outcome]);
  const index = { heard: new Map(), sealed: new Map(cases.map(({ id, raw }) => [id, { versions: raw.versions, wraps: raw.wraps }])) };
  const onError = () => 'x';
  const outbox = new StepOutbox({ api, login: 'siti', onChange: () => {}, onHeard: () => {}, onError, locks: newLocks() });
  const bulk = { api, keys, index, outbox, onError, onResult, signal };
  await recordAll(rows, { step, text }, bulk);
  return { sent, results, outbox, again: (more) => recordAll(more, { step: 'terjadwal', text }, bulk) };
}

const cases = await Promise.all(['0123456789abcdef', '1123456789abcdef', '2123456789abcdef'].map(sealed));

test('every case gets a step of its own, signed by the office and with its note sealed', async () => {
  const { sent, results } = await recorded(cases, cases.map((one) => listed(one)));
  assert.deepEqual(results.map(([, outcome]) => outcome), ['done', 'done', 'done']);
  for (const event of sent) await verifyEvent(event, office.pub);
  assert.equal(new Set(sent.map(({ note }) => note)).size, 3);
  assert.ok(!JSON.stringify(sent).includes('KTP asli'));
});

test('what changed, what another came before in and what does not open keeps the others up in nothing', async () => {
  const [first, second, third] = cases;
  const shut = { id: third.id, raw: { ...third.raw, wraps: {} } };
  const rows = [listed(first, { n: 1, state: 'dibayar' }), listed(shut), listed(second), listed(first)];
  const { sent, results } = await recorded([first, second, shut], rows, { refuse: { [second.id]: 409 } });
  assert.deepEqual(results.map(([, outcome]) => outcome), ['changed', 'shut', 'changed', 'done']);
  assert.deepEqual(sent.map((event) => event.case), [first.id]);
});

const COMPLAINT = { ...FORM, steps: ['aduan_informasi', 'aduan_aspirasi', 'aduan_pengaduan', 'aduan_lapangan', 'aduan_menunggu', 'aduan_dijawab'] };
const EVENT = { ...FORM, steps: ['kegiatan_diterima', 'kegiatan_selesai', 'ditolak', 'dibatalkan'] };
const [{ fields: [NAME] }] = FORM.sections;
const lostBy = (name) => ({ ...FORM, sections: [{ id: 'bap', title: 'x', fields: [{ ...NAME, when: ['eq', 'name', name] }] }] });
const FORMS = { small: FORM, lost: lostBy('Upik'), complaint: COMPLAINT, 'event-request': EVENT };

/** What a group is offered whose cases are of these services, in these states. */
const offered = (...group) => commonSteps(
  group.map(([service, state = 'terkirim'], at) => listed(cases[at], { service, form: '1.aaaaaaaa', state })),
  { form: async (service) => FORMS[service] ?? assert.fail('the office is away') },
);

test('a group is offered what usually follows in each of its cases, by the form of each', async () => {
  assert.deepEqual(await offered(['small'], ['small', 'perlu_perbaikan']), ['berkas_lengkap', 'perlu_perbaikan', 'pesan']);
  assert.deepEqual(await offered(['complaint'], ['complaint']), ['aduan_pengaduan', 'aduan_informasi', 'aduan_aspirasi', 'pesan']);
  assert.deepEqual(await offered(['complaint', 'aduan_pengaduan'], ['complaint', 'aduan_menunggu']), ['aduan_dijawab', 'pesan']);
  assert.deepEqual(await offered(['event-request'], ['event-request']), ['kegiatan_diterima', 'ditolak', 'pesan']);
  assert.deepEqual(await offered(['small'], ['complaint']), ['pesan']);
  assert.deepEqual(await offered(), []);
});

test('one whose form cannot be read keeps none of the others up', async () => {
  assert.deepEqual(await offered(['unknown'], ['small']), ['berkas_lengkap', 'perlu_perbaikan', 'pesan']);
  assert.deepEqual(await offered(['unknown']), []);
});

test('a group of new complaints gets a step of complaints', async () => {
  const [step] = await offered(['complaint'], ['complaint']);
  const { results } = await recorded(cases, cases.map((one) => listed(one)), { form: COMPLAINT, step });
  assert.deepEqual(results.map(([, outcome]) => outcome), ['done', 'done', 'done']);
});

test('a group that may go by way of the BAP is offered it, and whose case does so takes it before the payment', async () => {
  const steps = await offered(['lost', 'berkas_lengkap'], ['lost', 'berkas_lengkap']);
  assert.deepEqual(steps, ['menunggu_pembayaran', 'perlu_perbaikan', 'terjadwal', 'pesan', 'bap']);
  const outcome = async (form, step) => (await recorded([cases[0]], [listed(cases[0])], { form, step })).results[0][1];
  assert.equal(await outcome(lostBy('Upik'), 'bap'), 'done');
  assert.equal(await outcome(lostBy('Siti'), 'bap'), 'unusual');
});

test('a step that does not usually follow is not taken for a group, nor any after it was stopped', async () => {
  const rows = [listed(cases[0], { state: 'terkirim' })];
  assert.deepEqual(await offered(['small'], ['small', 'dicetak']), ['pesan']);
  const ended = new AbortController();
  ended.abort();
  const { sent, results } = await recorded(cases, rows, { signal: ended.signal });
  assert.deepEqual([sent, results[0][1]], [[], 'stopped']);
});

test('what has steps of its own has none of an application in a group', async () => {
  const { sent, results } = await recorded([cases[0]], [listed(cases[0])], { form: EVENT });
  assert.deepEqual([sent, results[0][1]], [[], 'unusual']);
});

test('one whose answer was lost and one for which the office is away wait, and the very same steps go later', async () => {
  const [first, second, third] = cases;
  const { sent, results, outbox } = await recorded(cases, cases.map((one) => listed(one)), { lost: [second.id], refuse: { [third.id]: 0 } });
  assert.deepEqual(results, [[first.id, 'done'], [second.id, 'waits'], [third.id, 'waits']]);
  assert.deepEqual(outbox.of(second.id).map(({ event }) => event.sig), [sent[1].sig]);
  assert.deepEqual(outbox.kept.cases(), [third.id], 'the office hears later that it was opened');
  await verifyEvent(outbox.of(third.id)[0].event, office.pub);
});

test('while the office is away a case counts as it was listed, with what waits', async () => {
  const [first, second, third] = cases;
  const refuse = Object.fromEntries(cases.map(({ id }) => [id, 0]));
  const before = listed(first, { n: 3, state: 'perlu_perbaikan' });
  const rows = [before, listed(second, { state: 'dibayar' }), listed(third, { waiting: 1 })];
  const { results, outbox, again } = await recorded(cases, rows, { refuse });
  assert.deepEqual(results.map(([, outcome]) => outcome), ['waits', 'unusual', 'asked']);
  assert.equal(outbox.of(first.id)[0].event.n, 4);
  await again([before, listed(first, { n: 4, state: 'berkas_lengkap' })]);
  assert.deepEqual(results.slice(3).map(([, outcome]) => outcome), ['changed', 'waits']);
});
