/**
 * What is sealed and waits for the office's receipt. An item is the finished line of an exchange; nothing but a receipt
 * that matches moves it out, and even then the sealed copy stays for a while: a restored office may ask for it.
 */

import { fieldsOf, settle } from './answers.js';
import { derive, newCode } from './crypto/receipt-code.js';
import { sealVersion } from './crypto/seal.js';
import { addVersion, newContent } from './case-record.js';
import { amend, read, readAll, transact } from './db.js';
import { ChangedError, ErasedError, GoneError, NoOfficeError } from './device-errors.js';
import { clockNow, today } from './pins.js';
import { placeOf, withVault } from './records.js';
import { fence, openVault } from './vault.js';
import { weigh } from './wire-body.js';

/** @typedef {import('./drafts.js').Draft} Draft */
/** @typedef {import('./crypto/version.js').Version} Version */
/** @typedef {import('./crypto/version.js').Wrap} Wrap */
/** @typedef {'waiting' | 'kept' | 'hub' | 'done' | 'refused'} State */
/**
 * @typedef {{id: string, case: string, line: string, bytes: number, state: State, reason: string | null, at: number,
 *   tries: number, offeredAt: number, done: number | null, receipt: any, isCarried?: true}} Item
 */
/**
 * @typedef {{draft: Draft, keys: import('./crypto/receipt-code.js').CodeKeys, code: string, case: string,
 *   version: Version, wrap: Wrap, line: string, bytes: number}} Prepared
 */

export const CONNECTION = 2500; // bytes that a new TLS connection sends before the first of ours

/** The items that this tab is sending. @type {Set<string>} */
export const sending = new Set();

/**
 * Seal a draft to the office: as a new case, or as a correction of the case whose code it carries. Nothing is stored.
 * @param {Draft} draft @param {import('./pins.js').LoadedForm} loaded @param {import('./pins.js').Office} office
 * @returns {Promise<Prepared>} an `ErasedError` where the office ended the case that it corrects
 */
export async function prepare(draft, { name, form }, office) {
  const key = office.keys.primary('seal');
  if (!key) throw new NoOfficeError();
  const vault = await openVault();
  const { device } = vault;
  const code = draft.code ?? newCode();
  const keys = await derive(code);
  await held(vault, keys.case);
  const { version, wrap } = await sealVersion({
    type: 'application', codeKeys: keys, service: draft.service, form: name, at: clockNow(office), channel: device ? 'volunteer' : 'app',
    device, wish: [], prev: draft.prev, ...content(form, settle(form, draft.values, { today: today(office) })),
    recipients: [[key.kid, key.pub]],
  });
  const line = JSON.stringify([version, wrap]);
  return { draft, keys, code, case: keys.case, version, wrap, line, bytes: await weigh([line]) };
}

/**
 * Put what was prepared into the outbox and its code into the list of cases, and delete the draft: all or nothing.
 * Throws `GoneError` when the draft was sent already, `ChangedError` when it was saved since, `ErasedError` as `prepare`.
 * @param {Prepared} prepared
 */
export async function commit(prepared) {
  while (!(await withVault(openVault, (vault) => put(prepared, vault)))); // again when news of the case came between
  document.dispatchEvent(new CustomEvent('rantau:queued', { detail: prepared.version._id }));
  return prepared.case;
}

/**
 * List the items, the oldest first.
 * @returns {Promise<(Omit<Item, 'line' | 'receipt' | 'state'> & {state: State | 'sending'})[]>}
 */
export async function listOutbox() {
  return (await items()).map(({ line, receipt, ...shown }) => ({
    ...shown, state: sending.has(shown.id) ? 'sending' : shown.state,
  }));
}

/** What the office does not have yet, and since when. */
export async function unsent() {
  const open = (await items()).filter(({ state }) => state !== 'done');
  return { count: open.length, since: open[0]?.at ?? null, bytes: open.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** The lines that the next exchange sends. */
export const linesToSend = async () => (await items()).filter(isDue).map(({ line }) => line);

/** The bytes that these lines cost in one exchange, without a new connection. @param {string[]} lines */
export const cost = weigh;

/** Offer a refused item again. @param {string} id */
export async function retryItem(id) {
  const fresh = { state: 'waiting', reason: null, tries: 0 };
  await amend('outbox', id, (item) => item.state === 'refused' && { ...item, ...fresh });
  document.dispatchEvent(new CustomEvent('rantau:queued', { detail: id }));
}

/** Throw a refused item away; no other can be. @param {string} id @returns {Promise<boolean>} */
export async function dropItem(id) {
  const isDropped = await removeWhere((item) => item.id === id && item.state === 'refused');
  document.dispatchEvent(new CustomEvent('rantau:stored'));
  return isDropped;
}

/** @returns {Promise<Item[]>} */
export const items = async () => (await readAll('outbox')).sort((one, other) => one.at - other.at);

/** Whether an item is to be offered; one that a hub has, once a day. @param {Item} item */
export const isDue = ({ state, offeredAt }, now = Date.now()) =>
  state === 'waiting' || state === 'kept' || (state === 'hub' && Math.abs(now - offeredAt) > 86_400_000);

/** @param {any} form @param {Record<string, any>} answers */
function content(form, answers) {
  const groups = Object.fromEntries(form.groups.map((/** @type {string} */ name) => [name, []]));
  let area = null;
  for (const { key, group, clear } of /** @type {any[]} */ (fieldsOf(form))) {
    groups[group].push(answers[key]);
    if (clear) area ??= answers[key];
  }
  return { groups, area };
}

/** What is here of a case that goes on. @param {import('./vault.js').Vault} vault @param {string} caseId */
async function held(vault, caseId) {
  const old = await read('cases', placeOf(vault.profile, caseId));
  const content = old && (await vault.decrypt(old));
  if (content?.erased) throw new ErasedError(content.voided);
  return { old, content };
}

/** @param {Prepared} prepared @param {import('./vault.js').Vault} vault */
async function put({ draft, keys, code, version, wrap, line, bytes }, vault) {
  const [source, place] = [placeOf(vault.profile, draft.id), placeOf(vault.profile, keys.case)];
  const { old, content: known } = await held(vault, keys.case);
  const record = await vault.encrypt(place, (old?.n ?? 0) + 1, addVersion(known ?? newContent(draft, code, keys), version, wrap));
  const item = {
    id: version._id, case: keys.case, line, bytes, state: 'waiting', reason: null, at: Date.now(), tries: 0,
    offeredAt: 0, done: null, receipt: null,
  };
  return transact(['drafts', 'outbox', 'cases', 'profiles'], 'readwrite', (store, fail) => {
    fence(store, fail, vault);
    const sent = store('drafts').get(source);
    const found = store('cases').get(place);
    const isSame = () => found.result?.n === old?.n;
    found.onsuccess = () => {
      if (!sent.result) return fail(new GoneError());
      if (sent.result.n !== draft.n) return fail(new ChangedError());
      if (!isSame()) return;
      store('cases').put(record);
      store('outbox').put(item);
      store('drafts').delete(source);
    };
    return isSame;
  });
}

/** Remove items. @param {(item: Item) => boolean} isChosen @returns {Promise<boolean>} whether there was one */
export function removeWhere(isChosen) {
  return transact(['outbox'], 'readwrite', (store) => {
    let count = 0;
    const all = store('outbox').openCursor();
    all.onsuccess = () => {
      if (!all.result) return;
      if (isChosen(all.result.value)) {
        all.result.delete();
        count += 1;
      }
      all.result.continue();
    };
    return () => count > 0;
  });
}
