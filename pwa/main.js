/** Starts what a page has: the components inside it first, then the exchange with the office and the worker. */

import { language, loadTexts } from './text.js';

/** @typedef {{start(): void, stop(): void}} Component */

/** @type {WeakMap<Element, Component>} */
const components = new WeakMap();

/** Start every component of a part of the page; one that runs already is left alone. @param {ParentNode} part */
export async function startComponents(part) {
  await Promise.all([...part.querySelectorAll('[data-module]')].map(startComponent));
}

/** @param {Element} root */
async function startComponent(root) {
  const [{ default: Made }] = await Promise.all([import(`./components/${root.getAttribute('data-module')}.js`), loadTexts()]);
  if (!components.has(root)) components.set(root, new Made(root));
  components.get(root)?.start();
}

async function start() {
  const main = document.querySelector('main');
  // What a person types into comes before everything else.
  if (main) await startComponents(main);
  await startComponents(document);
  const { startWorker } = await import('./sw-bridge.js');
  const { startExchange } = await import('./exchange-timer.js');
  startExchange();
  await startWorker(language());
}

void start();
