/**
 * The page's one Trusted Types policy, `rantau`: it lets the scripts that are named as workers here run as such, and no
 * other address become a script. A policy's name can be taken once a page, so whoever starts a worker asks here.
 */

const SERVICE_WORKER = '/service-worker.js';
const OURS = /^\/(service|pwa\/\w+\/\w+)-worker\.js$/;

/** @typedef {{createScriptURL(path: string): string}} Policy */

/** @type {Policy | undefined} */
let policy;

/**
 * Give a worker's address in the form that `Worker` and `register` take under the page's policy.
 * @param {string} path
 * @returns {string}
 */
export function workerUrl(path) {
  return (policy ??= makePolicy()).createScriptURL(path);
}

/** Register the service worker; the one that is there, if it is. */
export const registerServiceWorker = () =>
  navigator.serviceWorker.register(workerUrl(SERVICE_WORKER), { updateViaCache: 'none' });

/** @returns {Policy} */
function makePolicy() {
  const rules = { createScriptURL: allowed };
  return /** @type {any} */ (globalThis).trustedTypes?.createPolicy('rantau', rules) ?? rules;
}

/** @param {string} path */
function allowed(path) {
  if (!OURS.test(path)) throw new TypeError(`not ours: ${path}`);
  return path;
}
