/**
 * Turns a passphrase into a key, away from the page: 64 MiB of memory for a moment, and none of it after `terminate()`.
 * A classic script, because the vendored one is; its own address has the policy that lets WebAssembly be compiled.
 */

const ARGON2 = '/pwa/vendor/argon2/argon2.umd.min.js';
const rules = { createScriptURL: (/** @type {string} */ url) => (url === ARGON2 ? url : '') };
importScripts((/** @type {any} */ (self).trustedTypes?.createPolicy('rantau', rules) ?? rules).createScriptURL(ARGON2));

self.onmessage = async ({ data: { passphrase, salt, m, t, p } }) => {
  const costs = { memorySize: m, iterations: t, parallelism: p }; // kibibytes, rounds, lanes
  const wanted = { password: passphrase, salt, ...costs, hashLength: 32, outputType: 'binary' };
  // A rejection does not reach the page by itself; nothing is the answer when there is not enough memory.
  self.postMessage(await /** @type {any} */ (self).hashwasm.argon2id(wanted).catch(() => null));
};
