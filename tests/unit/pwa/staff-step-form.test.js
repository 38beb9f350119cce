/** The form of the next step: each note is in one place, in the form's draft or in the step that is kept, and none is written over. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { newKeyPair } from '../../../pwa/crypto/key-pair.js';
import { ApiError } from '../../../pwa/staff/staff-api.js';
import { StepOutbox } from '../../../pwa/staff/step-outbox.js';
import { StepForm } from '../../../pwa/staff/steps.js';
import { newLocks, newStorage } from './tabs-of-a-browser.js';

/** What the form needs of an element. */
class Place extends EventTarget {
  value = '';
  textContent = '';
  attributes = {};
  setAttribute(name, value) { this.attributes[name] = value; }
  append() {}
  replaceChildren() {}
  querySelectorAll() { return []; }
  scrollIntoView() {}
  focus() {}
}
globalThis.document = { createElement: () => new Place() };

const ID = 'a'.repeat(24);
const leaf = { v: 'a'.repeat(20), dek: new Uint8Array(32).fill(5), version: { _id: 'v', type: 'application', at: 1 }, form: null };
const office = await newKeyPair();
const keys = {
  signing: { kid: 'o1', private: office },
  list: { find: (kid) => (kid === 'o1' ? { use: 'office', pub: office.pub } : undefined) },
};
const texts = { say: (key, params = {}) => `${key} ${JSON.stringify(params)}`, name: (_, step) => step, when: String };

let api, locks;

beforeEach(() => {
  globalThis.localStorage = newStorage();
  globalThis.sessionStorage = newStorage();
  locks = newLocks();
  api = { sent: [], status: 0, async addEvent(event) {
    if (this.status) throw new ApiError(this.status, { error: 'x', ...this.body });
    this.sent.push(event.n);
  } };
});

const page = () => new StepOutbox({ api, login: 'siti', locks, onChange() {}, onHeard() {}, onError: String });

/** The case as an officer opens it, with what was written before. */
async function open(outbox) {
  const opened = { id: ID, versions: [leaf], leaves: [leaf], events: [], former: [] };
  const form = new StepForm({
    row: { number: '1' }, opened, keys, texts, announce() {}, login: 'siti', onChange() {}, onNext() {}, outbox, onError: String,
  });
  await form.takingUp;
  return form;
}

/** Write into the form, and wait until it is kept as a draft. */
async function write(form, step, text) {
  Object.assign(form.$step, { value: step });
  Object.assign(form.$note, { value: text });
  const { keep } = form.draft;
  let kept;
  form.draft.keep = (given) => (kept = keep.call(form.draft, given));
  form.$note.dispatchEvent(new Event('input'));
  await kept;
}

/** Press the button, and wait until something came of it. */
async function press(form) {
  const done = new Promise((resolve) => {
    form.$button.setAttribute = (name, value) => name === 'aria-disabled' && value === 'false' && resolve();
  });
  form.$root.dispatchEvent(Object.assign(new Event('submit'), { submitter: form.$button }));
  await done;
}

/** A step of the case that waited, and was refused then. */
async function refused(outbox, step, text) {
  api.status = 502;
  const form = await open(outbox);
  await write(form, step, text);
  await press(form);
  Object.assign(api, { status: 422, body: { reason: 'why' } });
  await outbox.send();
  Object.assign(api, { status: 0, body: {} });
  return outbox.steps[0];
}

test('a step that was cut off by signing out is sent by the next page, and its note is not offered again', async () => {
  const before = page();
  const form = await open(before);
  await write(form, 'pesan', 'Bawa KTP asli.');
  api.status = 401;
  await press(form);
  api.status = 0;
  const after = page();
  await after.send();
  assert.deepEqual(api.sent, [1]);
  const again = await open(after);
  assert.deepEqual([again.$step.value, again.$note.value], ['', '']);
});

test('a note is in the step alone while that is being sent, and in the form again when the office refuses it', async () => {
  const form = await open(page());
  await write(form, 'pesan', 'Bawa KTP asli.');
  const during = [];
  api.addEvent = async () => {
    during.push((await open(page())).$note.value, page().kept.all().length);
    throw new ApiError(422, { reason: 'why' });
  };
  const { keep } = form.draft;
  const kept = new Promise((resolve) => { form.draft.keep = async (given) => resolve(await keep.call(form.draft, given)); });
  await press(form);
  await kept;
  assert.deepEqual(during, ['', 1]);
  assert.deepEqual([form.$note.value, (await open(page())).$note.value, page().kept.all().length], ['Bawa KTP asli.', 'Bawa KTP asli.', 0]);
});

test('what is written while a step is being sent stays for the next one', async () => {
  const form = await open(page());
  await write(form, 'berkas_lengkap', '');
  let kept;
  api.addEvent = async () => {
    await write(form, 'berkas_lengkap', 'Bawa KK asli.');
    const { keep } = form.draft;
    form.draft.keep = (given) => (kept = keep.call(form.draft, given));
  };
  await press(form);
  await kept;
  const again = await open(page());
  assert.deepEqual([form, again].map(({ $step, $note }) => [$step.value, $note.value]), [['', 'Bawa KK asli.'], ['', 'Bawa KK asli.']]);
});

test('looking again at a step that was not taken writes over no other note, not even one for the same step', async () => {
  const outbox = page();
  const step = await refused(outbox, 'pesan', 'Kami tunggu sampai Jumat.');
  await write(await open(outbox), 'pesan', 'Bawa KTP asli.');
  const form = await open(outbox);
  await form.retake(step);
  assert.equal(form.$note.value, 'Bawa KTP asli.');
  assert.match(form.$problem.textContent, /not-over.*"n":1,"step":"pesan"/);
  await press(form);
  assert.deepEqual(outbox.steps.map(({ event }) => event.sig), [step.event.sig], 'it is kept until it is looked at');
  const empty = await open(outbox);
  await empty.retake(step);
  assert.equal(empty.$note.value, 'Kami tunggu sampai Jumat.');
});

test('what was written on a step that was not taken is in its place also after a reload', async () => {
  const outbox = page();
  const step = await refused(outbox, 'pesan', 'Kami tunggu sampai Jumat.');
  const form = await open(outbox);
  await form.retake(step);
  await write(form, 'pesan', 'Kami tunggu sampai Senin.');
  const after = page();
  const again = await open(after);
  await again.retake(after.steps[0]);
  assert.deepEqual([again.$note.value, again.$problem.textContent], ['Kami tunggu sampai Senin.', '']);
  api.status = 401;
  await press(again);
  api.status = 0;
  await page().send();
  assert.deepEqual([api.sent.length, page().kept.all()], [1, []], 'nor is the old one still there when signing in cut it off');
});
