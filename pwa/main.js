/** Starts what a page has: the components inside it first, then the exchange with the office and the worker. */

import { showForm, showLook } from './look.js';
import { registerServiceWorker } from './worker-urls.js';

/** @typedef {{start(): unknown, stop(): void, restored?: Promise<void>}} Component what was typed is back when it is restored */

const READ_ONLY = ['home', 'guide'];
const [AGAIN, SOON] = [15_000, 2_000]; // milliseconds
const EXCHANGE = '/pwa/exchange-timer.js';
const { documentElement: html } = document;

/** @type {WeakMap<Element, Component>} */
const components = new WeakMap();

/** Start every component of a part of the page; one that runs already is left alone. @param {ParentNode} part */
export async function startComponents(part) {
  await Promise.all([...part.querySelectorAll('[data-module]')].map(startComponent));
}

/** @param {Element} root */
async function startComponent(root) {
  const [Made] = await Promise.all([componentOf(root), texts()]);
  if (!Made) return startLater(root);
  if (!components.has(root)) {
    const made = new Made(root);
    components.set(root, made);
    // Words that are not here yet come with a signal, and the component starts anew with them.
    Promise.resolve(made.start()).catch((error) => {
      if (error.name !== 'OfflineError') throw error;
      components.delete(root);
      void startLater(root);
    });
  }
  await Promise.race([components.get(root)?.restored, pause(SOON)]); // or its storage does not answer
}

/** @param {Element} root @returns {Promise<(new (root: Element) => Component) | undefined>} */
const componentOf = (root) =>
  import(`./components/${root.getAttribute('data-module')}.js`).then(({ default: Made }) => Made, () => undefined);

/** What a phone whose signal went early does not have yet starts with the next one. @param {Element} root */
async function startLater(root) {
  const said = (await import('./text.js')).text('app.later');
  if (!root.textContent?.includes(said)) root.append(said);
  void nextSignal().then(() => startComponent(root));
}

/** The browser's word may come before anything can be reached, and then it comes no second time. */
const nextSignal = () => new Promise((resolve) => {
  window.addEventListener('online', resolve, { once: true });
  setTimeout(resolve, AGAIN);
});

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const texts = async () => (await import('./text.js')).loadTexts();

/** Resolves when the worker answers this page, or cannot yet. */
async function firstWorker() {
  if (!('serviceWorker' in navigator) || navigator.serviceWorker.controller) return;
  const { installing } = (await registerServiceWorker().catch(() => undefined)) ?? {};
  await new Promise((resolve) => {
    if (!installing) return resolve(undefined);
    installing.onstatechange = () => /^(activated|redundant)$/.test(installing.state) && resolve(undefined);
  });
}

const copy = () => void import('./second-copy.js').then(({ mirror }) => mirror(), () => {});

/** Whether there was something here once, which the browser may have dropped. */
async function hadData() {
  try {
    return Boolean(localStorage.getItem('rantau-here')) || (await caches.has('rantau-outbox'));
  } catch {
    return false; // this browser stores nothing
  }
}

/** No press is without an answer, also where what has the words for it never came. @param {any} event */
const tell = ({ detail }) => void import('./refused.js').then(({ tellRefused }) => tellRefused(detail), async () =>
  alert((await import('./text.js')).text('app.form.storage.other')));

async function start() {
  document.addEventListener('rantau:failed', tell);
  // The browser lets the page wait for this; a form that is not seen yet asks for what was typed before it.
  if (!html.dataset.started) showLook();
  if (navigator.vendor?.startsWith('Apple')) {
    // Before anything is begun that could be left in the middle.
    await import('./leaving.js').then(({ leaveNothingOpen }) => leaveNothingOpen(), () => {});
  }
  for (const change of ['stored', 'queued', 'exchanged']) document.addEventListener(`rantau:${change}`, copy);
  // Whoever only reads can wait until the worker has brought every script in one answer, which costs far less.
  if (READ_ONLY.includes(document.body.dataset.page ?? '')) await firstWorker();
  const main = document.querySelector('main');
  // What a person types into comes before everything else, with what was typed.
  if (main) await startComponents(main);
  showForm(); // also with nothing to bring back
  await startComponents(document);
  if (await hadData()) copy();
  const { keepPacks, startWorker } = await import('./sw-bridge.js');
  const started = startWorker(html.lang);
  const isKept = keepPacks('online');
  if (navigator.serviceWorker?.controller && !(await caches.match(EXCHANGE))) await isKept;
  await startSending();
  void import('./after-start.js').catch(() => {});
  await started;
  for (const extra of ['images', 'talk', 'photo', 'guides']) void keepPacks(extra);
}

/** Also once a network is there, on a phone whose signal went before it had what only a network makes useful. */
const startSending = () => import('./exchange-timer.js').then(({ startExchange }) => startExchange(), () =>
  void nextSignal().then(startSending));

void start();
