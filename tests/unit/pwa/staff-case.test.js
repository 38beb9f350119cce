/** What an officer's browser makes of a case: what opens, what stands, and what changed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { b64uEncode } from '../../../pwa/crypto/canonical.js';
import { sealNote, signEvent } from '../../../pwa/crypto/events.js';
import { newKeyPair, sign } from '../../../pwa/crypto/key-pair.js';
import { KeyList, sealGrant, wrapOfficerKey } from '../../../pwa/crypto/keyring.js';
import { derive } from '../../../pwa/crypto/receipt-code.js';
import { sealVersion } from '../../../pwa/crypto/seal.js';
import { vOf } from '../../../pwa/crypto/version.js';
import { papersOf } from '../../../pwa/staff/casework-view.js';
import { compare, sideBySide } from '../../../pwa/staff/compare.js';
import { openKeys } from '../../../pwa/staff/keys.js';
import { stateAfter, stepsAfter, wayOf } from '../../../pwa/staff/next-steps.js';
import { openCase } from '../../../pwa/staff/open-case.js';

const PASSPHRASE_KEY = () => new Uint8Array(32).fill(7);
const KDF = { name: 'argon2id', m: 64, t: 1, p: 1, salt: 'AAECAwQFBgcICQoLDA0ODw' };
const field = (key, more = {}) => ({
  key, label: `field.${key}`, group: 'personal', control: 'text', required: false, when: null, max: null, options: null,
  hard: [], soft: [], autocapitalize: null, ...more,
});
const NIK = field('nik', { control: 'digits', soft: [{ rule: 'nik-serial', message: 'rule.nik-serial' }] });
const FORMS = {
  '1.aaaaaaaa': { service: 'small', n: 1, title: 'x', groups: ['personal'], sections: [{ id: 'a', title: 'x', fields: [field('name'), NIK, field('old')] }] },
  '2.bbbbbbbb': { service: 'small', n: 2, title: 'x', groups: ['personal'], sections: [{ id: 'a', title: 'x', fields: [field('name'), field('fresh'), NIK] }] },
};
const findForm = async (service, name) => FORMS[name] ?? null;

const [epoch, other, office, officer] = await Promise.all([newKeyPair(), newKeyPair(), newKeyPair(), newKeyPair()]);
const row = (kid, use, pair) => ({ kid, use, who: 'office', kem: use === 'seal' ? 16 : null, state: 'primary', pub: pair.pub });
const list = new KeyList({ office: 'x', seq: 1, at: 1, until: 2, keys: [row('k1', 'seal', epoch), row('o1', 'office', office)] });
const code = await derive('0123456789abcdef');

async function sealed(answers, { at = 1_795_000_000, prev = [], form = '1.aaaaaaaa', to = ['k1', epoch.pub], codeKeys = code } = {}) {
  return sealVersion({
    type: 'application', codeKeys, service: 'small', form, at, channel: 'app', device: null, area: null, wish: [], prev,
    groups: { personal: answers }, recipients: [to],
  });
}

async function someKeys() {
  const record = await wrapOfficerKey(officer, PASSPHRASE_KEY(), 'petugas', KDF);
  const grants = {
    k1: await sealGrant('k1', 'petugas', epoch, officer.pub),
    o1: await sealGrant('o1', 'petugas', office, officer.pub),
    k9: await sealGrant('k9', 'petugas', other, officer.pub),
  };
  return openKeys({ officer: record, grants }, PASSPHRASE_KEY(), list);
}

async function open(items, events = []) {
  const versions = items.map(({ version }) => version);
  const wraps = Object.fromEntries(items.map(({ version, wrap }) => [version._id, wrap]).filter(([, wrap]) => wrap));
  return openCase(code.case, { versions, wraps, events }, await someKeys(), findForm);
}

test('a passphrase opens the keys that the list knows, into WebCrypto and no further', async () => {
  const keys = await someKeys();
  assert.deepEqual([[...keys.seal.keys()], [...keys.office.keys()]], [['k1'], ['o1']]);
  assert.equal(keys.seal.get('k1').key.extractable, false);
  assert.equal(keys.signing.kid, 'o1');
  keys.forget();
  assert.equal(keys.seal.size + keys.office.size, 0);
  assert.equal(keys.signing, null);
});

test('a grant of another key than the listed one counts for nothing', async () => {
  const record = await wrapOfficerKey(officer, PASSPHRASE_KEY(), 'petugas', KDF);
  const keys = await openKeys({ officer: record, grants: { k1: await sealGrant('k1', 'petugas', other, officer.pub) } }, PASSPHRASE_KEY(), list);
  assert.equal(keys.seal.size, 0);
});

test('a correction stands in place of what it corrects, and says what changed', async () => {
  const first = await sealed(['SITI', '1312054105900001', null]);
  const second = await sealed(['SITI AMINAH', '1312054105900001', null], { at: 1_795_100_000, prev: [vOf(first.version)] });
  const opened = await open([second, first]);
  assert.deepEqual(opened.leaves.map(({ v }) => v), [vOf(second.version)]);
  const columns = sideBySide(opened);
  assert.deepEqual(columns.map(({ answers }) => answers.name), ['SITI', 'SITI AMINAH']);
  const [{ rows }] = compare(columns, opened.leaves);
  const changed = rows.flatMap(({ key, cells }) => cells.map(({ isChanged }) => isChanged && key)).filter(Boolean);
  assert.deepEqual(changed, ['name']);
  assert.ok(rows.every(({ differs }) => !differs));
});

test('versions that none supersedes stand side by side, the latest first', async () => {
  const first = await sealed(['SITI', null, null]);
  const second = await sealed(['YULIA', null, null], { at: 1_795_100_000 });
  const opened = await open([first, second]);
  assert.deepEqual(opened.leaves.map(({ v }) => v), [second, first].map(({ version }) => vOf(version)));
  const [{ rows }] = compare(sideBySide(opened), opened.leaves);
  assert.deepEqual(rows.filter(({ differs }) => differs).map(({ key }) => key), ['name']);
});

test('what does not open is named with its reason and neither hides nor replaces anything', async () => {
  const good = await sealed(['SITI', null, null]);
  const prev = [vOf(good.version)];
  const erased = { ...(await sealed(['A', null, null], { prev })), wrap: undefined };
  const foreign = await sealed(['B', null, null], { prev, to: ['k2', other.pub] });
  const tampered = await sealed(['C', null, null], { prev });
  tampered.version.at += 1;
  const strange = await sealed(['D', null, null], { form: '7.aaaaaaaa' });
  const misfit = await sealed(['E']);
  const elsewhere = await sealed(['F', null, null], { codeKeys: await derive('fedcba9876543210') });
  const opened = await open([good, erased, foreign, tampered, strange, misfit, elsewhere]);
  const failures = Object.fromEntries(opened.versions.map(({ v, failure }) => [v, failure]));
  const expected = [null, 'erased', 'no-key', 'broken', 'form-unknown', 'form-unknown', 'broken'];
  assert.deepEqual([good, erased, foreign, tampered, strange, misfit, elsewhere].map(({ version }) => failures[vOf(version)]), expected);
  assert.ok(opened.leaves.some(({ v }) => v === vOf(good.version)));
  assert.deepEqual(sideBySide(opened).map(({ answers }) => answers.name), ['SITI']);
});

test('fields of an old and a new form share one table', async () => {
  const first = await sealed(['SITI', null, 'before']);
  const second = await sealed(['SITI', 'now', null], { at: 1_795_100_000, prev: [vOf(first.version)], form: '2.bbbbbbbb' });
  const opened = await open([first, second]);
  const [{ rows }] = compare(sideBySide(opened), opened.leaves);
  assert.deepEqual(rows.map(({ key }) => key), ['name', 'fresh', 'nik', 'old']);
  assert.deepEqual(rows.map(({ cells }) => cells.map(({ isAsked }) => isAsked)), [[true, true], [false, true], [true, true], [true, false]]);
});

test('what the rules say of an answer stands at its field', async () => {
  const opened = await open([await sealed(['SITI', '1312054105900000', null])]);
  const [{ rows }] = compare(sideBySide(opened), opened.leaves);
  assert.deepEqual(rows.map(({ cells }) => cells[0].findings.map(({ message }) => message)), [[], ['rule.nik-serial'], []]);
});

test('a step is read with its note; a signature that is not the office\'s is said to be none', async () => {
  const first = await sealed(['SITI', null, null]);
  const { versions } = await open([first]);
  const on = [vOf(first.version)];
  const note = await sealNote('Perbaiki NIK', versions[0].dek, code.case, 1);
  const event = { case: code.case, n: 1, step: 'perlu_perbaikan', at: 1_795_000_000, on, note, kid: 'o1', private: office };
  const genuine = await signEvent(event);
  const moved = { ...genuine, note: b64uEncode(await sealNote('Bayar ke saya', versions[0].dek, code.case, 1)) };
  const unlisted = await signEvent({ ...event, kid: 'o9' });
  const { events } = await open([first], [genuine, moved, unlisted]);
  assert.deepEqual(events.map(({ text, isGenuine }) => [text, isGenuine]), [['Perbaiki NIK', true], [null, false], [null, false]]);
});

test('a message leaves the state as it was, and every step can be chosen', () => {
  assert.equal(stateAfter([]), 'terkirim');
  assert.equal(stateAfter([{ step: 'dibayar' }, { step: 'pesan' }]), 'dibayar');
  const { usual, others } = stepsAfter('terkirim');
  assert.deepEqual(usual, ['berkas_lengkap', 'perlu_perbaikan', 'pesan']);
  assert.equal(new Set([...usual, ...others]).size, 16);
  const own = stepsAfter('terkirim', { own: ['kegiatan_diterima', 'kegiatan_selesai', 'ditolak', 'dibatalkan'] });
  assert.deepEqual(own, { usual: ['kegiatan_diterima', 'ditolak', 'pesan'], others: ['kegiatan_selesai', 'dibatalkan'] });
});

test('who is asked for a statement for the BAP goes there after the papers and pays after it, others pay after the papers', async () => {
  const asked = field('told', { when: ['in', 'why', ['B3', 'B4']] });
  const sections = [{ id: 'a', title: 'x', fields: [field('why')] }, { id: 'bap', title: 'x', fields: [asked] }];
  FORMS['3.cccccccc'] = { ...FORMS['1.aaaaaaaa'], n: 3, sections };
  const way = async (...items) => wayOf(await open(await Promise.all(items.map((answers) => sealed(answers, { form: '3.cccccccc' })))));
  const [lost, full, both] = [await way(['B3', 'x']), await way(['B2', null]), await way(['B2', null], ['B4', 'x'])];
  assert.deepEqual([lost, full, both].map(({ isBapFirst }) => isBapFirst), [true, false, true]);
  assert.deepEqual(stepsAfter('terkirim', lost).usual, ['berkas_lengkap', 'perlu_perbaikan', 'bap', 'pesan']);
  assert.deepEqual(stepsAfter('berkas_lengkap', lost).usual, ['bap', 'perlu_perbaikan', 'terjadwal', 'pesan']);
  assert.deepEqual(stepsAfter('bap', lost).usual.slice(0, 2), ['menunggu_pembayaran', 'terjadwal']);
  assert.deepEqual(stepsAfter('berkas_lengkap', full).usual, ['menunggu_pembayaran', 'perlu_perbaikan', 'terjadwal', 'pesan']);
  assert.equal(wayOf(await open([await sealed(['SITI', null, null])])).isBapFirst, false, 'whose form asks for none');
});

test('a case under a voided code is shown as one with what goes on under the new code, if the office signed so', async () => {
  const old = await derive('fedcba9876543210');
  const [before, after] = [await sealed(['Upik', '1', 'x'], { codeKeys: old }), await sealed(['Upik', '2', 'x'])];
  const raw = ({ version, wrap }) => ({ versions: [version], wraps: { [version._id]: wrap }, events: [] });
  const mark = async (to) => {
    const sig = await sign(['code1', old.case, to, 5], office);
    return { _id: `code.${old.case}`, type: 'code', kid: 'o1', to: code.case, at: 5, sig };
  };
  const opened = async (voided) =>
    openCase(code.case, { ...raw(after), former: [{ case: old.case, ...raw(before), voided }] }, await someKeys(), findForm);
  const whole = await opened(await mark(code.case));
  assert.deepEqual(whole.versions.map(({ answers }) => answers.nik), ['1', '2']);
  assert.deepEqual(whole.leaves.map(({ answers }) => answers.nik), ['2']);
  assert.deepEqual(whole.former.map(({ id, at, isGenuine }) => [id, at, isGenuine]), [[old.case, 5, true]]);
  const forged = await opened(await mark(old.case));
  assert.deepEqual(forged.versions.map(({ answers }) => answers.nik), ['2']);
  assert.equal(forged.former[0].isGenuine, false);
});

test('which papers somebody brings is judged by the day at the office', () => {
  const papers = [{ name: 'ktp', label: 'x', required: true, when: ['not', ['younger', 'born', 17]] }];
  const adult = { service: 'small', n: 1, title: 'x', groups: ['personal'], sections: [{ id: 'a', title: 'x', fields: [field('born', { papers })] }] };
  const birthday = Date.UTC(2026, 10, 30, 17) / 1000; // midnight in West Sumatra
  const leaf = (at) => ({ form: adult, answers: { born: '2009-12-01' }, version: { at } });
  assert.deepEqual([papersOf(leaf(birthday - 1)).length, papersOf(leaf(birthday)).length], [0, 1]);
});
