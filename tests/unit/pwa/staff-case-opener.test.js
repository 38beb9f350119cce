/** Many cases are opened in workers that are let go; what a worker cannot do is done on the page. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { CaseOpener } from '../../../pwa/staff/case-opener.js';

const CASES = Array.from({ length: 150 }, (_, at) => [`case ${at}`, null]);

/** Workers as a browser has them: `answer` says what becomes of each task. @type {any[]} */
let workers;
let answer;

beforeEach(() => {
  workers = [];
  globalThis.Worker = class {
    constructor() {
      workers.push(this);
      this.isThere = true;
    }

    postMessage(task) {
      if ('n' in task) queueMicrotask(() => this.isThere && answer(this, task));
    }

    terminate() {
      this.isThere = false;
    }
  };
});
afterEach(() => delete globalThis.Worker);

/** An opener at an office that has nothing any more, and what it asked that office for on the page. */
function opener() {
  const asked = [];
  const api = { indexOf: async (ids) => (asked.push(...ids), { sealed: {} }) };
  return { asked, one: new CaseOpener({ api, keys: { seal: new Map() }, texts: {} }) };
}

const opened = (worker, { n, cases }) => worker.onmessage({ data: { n, made: cases.map(([id]) => id) } });

test('a worker opens some hundred and goes, and the next takes its place', async () => {
  const { one, asked } = opener();
  answer = opened;
  const some = CASES.slice(0, 50);
  for (let at = 0; at < 4; at++) assert.deepEqual(await one.make('answered', some), some.map(([id]) => id));
  assert.deepEqual([workers.map(({ isThere }) => isThere), asked], [[false, true], []]);
  one.rest();
  assert.deepEqual(workers.map(({ isThere }) => isThere), [false, false]);
});

test('where a worker does not start or fails, the page does it, and the next is tried again', async () => {
  const { one, asked } = opener();
  answer = (worker) => worker.onerror({ preventDefault() {} });
  assert.deepEqual(await one.make('answered', CASES), CASES.map(() => null));
  answer = (worker, { n }) => worker.onmessage({ data: { n, made: null } });
  assert.deepEqual(await one.make('answered', CASES), CASES.map(() => null));
  assert.equal(asked.length, 2 * CASES.length);
  answer = opened;
  assert.equal((await one.make('answered', CASES))[0], 'case 0');
});

test('who locks lets go of the worker at once, and of everything that it was asked', async () => {
  const { one, asked } = opener();
  answer = () => {};
  const making = [one.make('answered', CASES), one.make('cells', CASES)];
  one.rest();
  assert.ok(workers[0].isThere, 'something is asked of it');
  one.stop();
  assert.deepEqual(await Promise.all(making), [[], []]);
  assert.deepEqual([workers.map(({ isThere }) => isThere), asked], [[false], []]);
});

test('a few cases are opened on the page', async () => {
  const { one, asked } = opener();
  await one.make('answered', CASES.slice(0, 3));
  assert.deepEqual([workers, asked], [[], ['case 0', 'case 1', 'case 2']]);
});
