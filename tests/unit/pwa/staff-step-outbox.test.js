/** Steps that wait: none is lost, none overtakes another, and of several tabs one sends. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { beforeEach, test } from 'node:test';

import { ApiError, StaffApi } from '../../../pwa/staff/staff-api.js';
import { isStopped, StepOutbox } from '../../../pwa/staff/step-outbox.js';
import { newLocks, newStorage } from './tabs-of-a-browser.js';

const step = (id, n, more = {}) => ({ _id: `event.${id}.${n}`, case: id, n, step: 'berkas_lengkap', at: 100, sig: `${id}-${n}`, ...more });

/** An office that has steps by case and number; `isAway` until it answers, `refuse` by case. */
class Office {
  events = new Map();
  sent = [];
  opened = [];
  refuse = {};
  isAway = false;

  case = async (id) => {
    if (this.isAway) throw new ApiError(0);
    if (this.refuse[id]) throw new ApiError(this.refuse[id]);
    this.opened.push(id);
  };

  addEvent = async (event) => {
    if (this.isAway) throw new ApiError(502);
    if (this.refuse[event.case]) throw new ApiError(this.refuse[event.case], { reason: 'why' });
    this.sent.push(event.sig);
    const standing = this.events.get(event._id) ?? event;
    this.events.set(event._id, standing);
    if (standing.sig !== event.sig) throw new ApiError(409, { error: 'conflict', event: standing });
    return standing;
  };
}

let office, locks;

beforeEach(() => {
  globalThis.localStorage = newStorage();
  locks = newLocks();
  office = new Office();
});

/** A tab of that browser; what it heard. */
function tab(login = 'siti') {
  const heard = [];
  const outbox = new StepOutbox({
    api: office, login, locks, onChange: () => {}, onHeard: (id) => heard.push(id), onError: (error) => error.message,
  });
  return Object.assign(outbox, { heard });
}

const waiting = (outbox) => outbox.steps.map(({ event }) => event.sig);

test('what is recorded while the office is away waits, goes in its order and is known to have gone', async () => {
  const desk = tab();
  office.isAway = true;
  assert.equal(await desk.record(step('a', 1), '1'), false);
  office.isAway = false;
  assert.equal(await desk.record(step('a', 2), '1'), false, 'nothing overtakes what waits');
  assert.equal(await desk.record(step('b', 1), '2'), true);
  assert.deepEqual(waiting(desk), ['a-1', 'a-2']);
  await desk.send();
  assert.deepEqual([office.sent, waiting(desk), desk.heard.slice(-2)], [['b-1', 'a-1', 'a-2'], [], ['a', 'a']]);
});

test('a page that ends before the answer leaves the step to the next one', async () => {
  const { addEvent } = office;
  await new Promise((sent) => {
    office.addEvent = () => (sent(), new Promise(() => {}));
    void tab().record(step('a', 1), '1');
  });
  office.addEvent = addEvent;
  await tab().send();
  assert.deepEqual(office.sent, [], 'while the page is there it is left alone');
  locks = newLocks();
  await tab().send();
  assert.deepEqual([office.sent, tab().kept.all()], [['a-1'], []]);
});

test('who is signed out meanwhile finds the step again; what the office says against it stays on the desk alone', async () => {
  const desk = tab();
  office.refuse = { a: 401, b: 422 };
  await assert.rejects(desk.record(step('a', 1), '1'), { status: 401 });
  await assert.rejects(desk.record(step('b', 1), '2'), { status: 422 });
  office.events.set('event.c.1', step('c', 1, { sig: 'other' }));
  await assert.rejects(desk.record(step('c', 1), '3'), { status: 409 });
  office.refuse = {};
  await tab('upik').send();
  assert.deepEqual(office.sent, ['c-1']);
  await tab().send();
  assert.deepEqual(office.sent, ['c-1', 'a-1']);
});

test('what follows a step that was not taken is not taken either, and each is taken up again by itself', async () => {
  const desk = tab();
  office.isAway = true;
  for (const n of [1, 2, 3]) await desk.record(step('a', n), '1');
  office.isAway = false;
  office.events.set('event.a.1', step('a', 1, { sig: 'other' }));
  await desk.send();
  assert.deepEqual(desk.steps.map((one) => [isStopped(one), one.other.sig]), [[true, 'other'], [true, 'other'], [true, 'other']]);
  const [first] = desk.steps;
  office.isAway = true;
  await desk.record(step('a', 2, { sig: 'again' }), '1', first);
  assert.deepEqual(waiting(desk).sort(), ['a-2', 'a-3', 'again'], 'the one of the same number is not thrown away');
  office.isAway = false;
  await desk.send();
  assert.deepEqual([waiting(desk), office.events.get('event.a.2').sig], [['a-2', 'a-3'], 'again']);
});

test('the one that was not taken is kept until another is in its place', async () => {
  const desk = tab();
  office.isAway = true;
  await desk.record(step('a', 1), '1');
  office.isAway = false;
  office.events.set('event.a.1', step('a', 1, { sig: 'other' }));
  await desk.send();
  office.events.set('event.a.2', step('a', 2, { sig: 'another' }));
  await assert.rejects(desk.record(step('a', 2, { sig: 'again' }), '1', desk.steps[0]), { status: 409 });
  assert.deepEqual(waiting(desk), ['a-1']);
  assert.equal(await desk.record(step('a', 3), '1', desk.steps[0]), true);
  assert.deepEqual(waiting(desk), []);
});

test('a page that is cut while it sends one in the place of another leaves that one alone', async () => {
  const desk = tab();
  office.isAway = true;
  await desk.record(step('a', 1), '1');
  office.isAway = false;
  office.refuse = { a: 422 };
  await desk.send();
  const [refused] = desk.steps;
  office.refuse = { a: 401 };
  await assert.rejects(desk.record(step('a', 1, { sig: 'again' }), '1', refused), { status: 401 });
  assert.deepEqual(tab().kept.all().map(({ event }) => event.sig), ['again']);
  await assert.rejects(desk.record(step('a', 1, { sig: 'third' }), '1', refused), { status: 401 });
  office.refuse = {};
  await tab().send();
  assert.deepEqual(waiting(tab()), ['third'], 'one that is no longer kept is not brought back');
});

test('what waited in a browser before each step had a name of its own goes on waiting', async () => {
  const refused = { event: step('b', 1), number: '2', other: null, reason: 'why' };
  const old = { steps: [{ event: step('a', 1), number: '1', other: null, reason: '' }, refused], opened: ['c'] };
  localStorage['rantau-steps.siti'] = JSON.stringify(old);
  assert.deepEqual(tab('upik').steps, []);
  const desk = tab();
  assert.deepEqual([waiting(desk), desk.kept.cases()], [['a-1', 'b-1'], ['c']]);
  await desk.send();
  assert.deepEqual([office.opened, office.sent, tab().steps], [['c'], ['a-1'], [{ ...refused, isSending: false }]]);
  assert.equal(localStorage.getItem('rantau-steps.siti'), null);
});

test('two tabs lose nothing of each other, and each step is sent by one of them', async () => {
  const [one, other] = [tab(), tab()];
  office.isAway = true;
  await one.record(step('a', 1), '1');
  await other.record(step('b', 1), '2');
  await one.record(step('c', 1), '3');
  assert.deepEqual(waiting(other), waiting(one));
  office.isAway = false;
  await Promise.all([one.send(), other.send()]);
  assert.deepEqual([office.sent.sort(), waiting(one), waiting(other)], [['a-1', 'b-1', 'c-1'], [], []]);
});

test('the office hears which cases were opened before any step goes; one that was erased holds nothing up', async () => {
  const desk = tab();
  desk.noteOpened('a');
  desk.noteOpened('gone');
  office.refuse = { gone: 404 };
  assert.equal(await desk.record(step('a', 1), '1'), true);
  assert.deepEqual([office.opened, office.sent, desk.kept.cases()], [['a'], ['a-1'], []]);
});

test('an office that answers and takes nothing is not said to be away', async () => {
  const desk = tab();
  office.isAway = true;
  await desk.record(step('a', 1), '1');
  await desk.send();
  assert.equal(desk.problem, '');
  office.isAway = false;
  office.refuse = { a: 403 };
  await desk.send();
  assert.match(desk.problem, /403/);
  assert.deepEqual(waiting(desk), ['a-1']);
});

test('an office that takes a step and never answers is away after a while', async (t) => {
  const silent = createServer().listen(0, 'localhost');
  await once(silent, 'listening');
  const { fetch } = globalThis;
  t.after(() => {
    globalThis.fetch = fetch;
    silent.closeAllConnections();
    silent.close();
  });
  globalThis.fetch = (path, options) => fetch(`http://localhost:${silent.address().port}${path}`, options);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  office = new StaffApi('', async () => false);
  const desk = tab();
  const recorded = desk.record(step('a', 1), '1');
  await once(silent, 'request');
  t.mock.timers.tick(60_000);
  assert.equal(await recorded, false);
  assert.deepEqual(waiting(desk), ['a-1']);
});
