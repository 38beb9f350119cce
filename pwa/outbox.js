/**
 * What is sealed and waits for the office's receipt. An item is the finished line of an exchange; nothing but a receipt
 * that matches moves it out, and even then the sealed copy stays for a while: a restored office may ask for it.
 */

import { fieldsOf, holds, settle } from './answers.js';
import { derive, newCode } from './crypto/receipt-code.js';
import { sealVersion } from './crypto/seal.js';
import { addVersion, newContent } from './case-record.js';
import { read, readAll, transact } from './db.js';
import { ChangedError, ErasedError, GoneError, NoOfficeError } from './device-errors.js';
import { clockNow, dayStart, today } from './pins.js';
import { placeOf, withVault } from './records.js';
import { say } from './tabs.js';
import { fence, openVault } from './vault.js';
import { weigh } from './wire-body.js';

/** @typedef {import('./drafts.js').Draft} Draft */
/** @typedef {import('./crypto/version.js').Version} Version */
/** @typedef {import('./crypto/version.js').Wrap} Wrap */
/** @typedef {'waiting' | 'kept' | 'hub' | 'done' | 'refused'} State */
/**
 * @typedef {{id: string, case: string, line: string, bytes: number, state: State, reason: string | null, at: number,
 *   tries: number, offeredAt: number, done: number | null, receipt: any, isCarried?: true, way?: string, photos?: 'wait' | 'go',
 *   files?: ItemFile[], filed?: number, alone?: true, notBefore?: number, came?: number}} Item `filed`: when it went into a file last; `came`: when
 *   the office got the text, as it signed, in Unix seconds; `alone`: nothing on this phone or on the way links it with anything else
 */
/**
 * @typedef {{id: string, size: number, sent: number, wire: number, way: string | null, done: number | null,
 *   at?: number, going?: number, reason?: string, isChecked?: boolean, before?: number}} ItemFile a sealed picture: the bytes of it that are there,
 *   that arrived, and that went; who took it; when the office said so; when the last went, and how many of them nobody said to have; why not;
 *   whether chunks carry checksums; of `wire`, what an earlier app had counted for earlier months
 */
/**
 * @typedef {{draft: Source, keys: import('./crypto/receipt-code.js').CodeKeys, code: string, case: string,
 *   version: Version, wrap: Wrap, line: string, bytes: number, files: import('./images/seal-images.js').SealedFile[],
 *   photos?: 'wait' | 'go', alone?: true}} Prepared
 */
/**
 * @typedef {Pick<Draft, 'service' | 'values' | 'prev' | 'code' | 'title' | 'images' | 'files'> & Partial<Pick<Draft, 'consent'>> &
 *   {id?: string, n?: number, alone?: true, after?: number, wait?: number, spent?: string}} Source a draft, or what is sent without one; what goes
 *   alone tells the day and no hour, but not of a time before `after`, and goes after `wait` milliseconds at the earliest;
 *   what was kept of it under the name `spent` in `meta` goes with it
 */

export const CONNECTION = 2500; // bytes that a new TLS connection sends before the first of ours

/** The items that this tab is sending. @type {Set<string>} */
export const sending = new Set();

/**
 * Seal a draft to the office: as a new case, or for the case whose code it carries. Nothing is stored.
 * @param {Source} draft @param {import('./pins.js').LoadedForm} loaded @param {import('./pins.js').Office} office
 * @param {string[]} [wish] offers, the best first
 * @returns {Promise<Prepared>} an `ErasedError` where the office ended the case that it corrects
 */
export async function prepare(draft, { name, form }, office, wish = []) {
  const key = office.keys.primary('seal');
  if (!key) throw new NoOfficeError();
  const vault = await openVault();
  const code = draft.code ?? newCode();
  const keys = await derive(code);
  await held(vault, keys.case);
  const day = { today: today(office) };
  const { values, blobs, files } = await withImages(draft, form, keys.case, day);
  const answers = settle(form, values, day);
  const alone = draft.alone ?? ((form.alone === true || (form.alone && holds(form.alone, answers, day))) || undefined);
  const device = alone ? null : vault.device;
  const { groups, area } = content(form, answers);
  const { version, wrap } = await sealVersion({
    type: form.type ?? 'application', codeKeys: keys, blobs, service: draft.service, form: name,
    at: alone ? Math.max(dayStart(office), draft.after ?? 0) : clockNow(office), channel: device ? 'volunteer' : 'app',
    device, wish, prev: draft.prev, groups: { ...groups, ...(!alone && (await withConsent(draft))) }, area,
    recipients: [[key.kid, key.pub]],
  });
  const line = JSON.stringify([version, wrap]);
  return { draft, keys, code, case: keys.case, version, wrap, line, bytes: await weigh([line]), files, alone };
}

/** @param {Source} draft @param {any} form @param {string} caseId @param {import('./form.js').Day} day */
const withImages = async (draft, form, caseId, day) =>
  draft.images || draft.files
    ? (await import('./images/seal-images.js')).sealImages(draft, form, caseId, day)
    : { values: draft.values, blobs: [], files: [] };

/**
 * Put what was prepared into the outbox and its code into the list of cases, and delete the draft: all or nothing.
 * Throws `GoneError` when the draft was sent already, `ChangedError` when it was saved since, `ErasedError` as `prepare`.
 * @param {Prepared} prepared
 */
export async function commit(prepared) {
  while (!(await withVault(openVault, (vault) => put(prepared, vault)))); // again when news of the case came between
  say('queued', prepared.version._id);
  return prepared.case;
}

/**
 * List the items, the oldest first; `bytes` is what is left to be sent, `text` those of the text. One whose text the office has, and not yet every
 * picture, is in the state `photos`.
 * @returns {Promise<(Omit<Item, 'line' | 'receipt' | 'state'> & {state: State | 'sending' | 'photos', text: number})[]>}
 */
export async function listOutbox() {
  const begun = (await items()).filter(({ id, notBefore = 0 }) => notBefore <= Date.now() || !id.startsWith('svy')); // nobody waits for a survey
  return begun.map(({ line, receipt, ...item }) => ({ ...item, ...standing(item), text: item.bytes }));
}

/** @param {Pick<Item, 'id' | 'state' | 'bytes' | 'files'>} item */
function standing({ id, state, bytes, files }) {
  const left = filesLeft({ files });
  return {
    state: sending.has(id) ? /** @type {const} */ ('sending') : state === 'done' && left.length ? /** @type {const} */ ('photos') : state,
    bytes: left.reduce((sum, { size, sent }) => sum + size - sent, state === 'done' ? 0 : bytes),
  };
}

/** The pictures of an item that the office does not have yet. @param {Pick<Item, 'files'>} item */
export const filesLeft = ({ files = [] }) => files.filter(({ done }) => !done);

/** The lines that the next exchange sends, and those after it in exchanges of their own. */
export const linesToSend = async () => (await items()).filter(isDue).map(({ line }) => line);

/** @returns {Promise<Item[]>} */
export const items = async () => (await readAll('outbox')).sort((one, other) => one.at - other.at);

/** Whether an item is to be offered; one that a hub has, once a day. @param {Item} item */
export const isDue = ({ state, offeredAt, notBefore = 0 }, now = Date.now()) =>
  (now >= notBefore || notBefore - now > 86_400_000) && (state === 'waiting' || state === 'kept' || (state === 'hub' && Math.abs(now - offeredAt) > 86_400_000));

/** What a volunteer's applicant agreed to goes sealed beside the answers. @param {Source} draft @returns {Promise<Record<string, any[]>>} */
const withConsent = async ({ consent }) => {
  if (!consent) return {};
  const { GROUP, toAnswers } = await import('./day/consents.js');
  return { [GROUP]: toAnswers(consent) };
};

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
async function put({ draft, keys, code, version, wrap, line, bytes, files, photos, alone }, vault) {
  const [source, place] = [draft.id && placeOf(vault.profile, draft.id), placeOf(vault.profile, keys.case)];
  const { old, content: known } = await held(vault, keys.case);
  const record = await vault.encrypt(place, (old?.n ?? 0) + 1, addVersion(known ?? newContent(draft, code, keys), version, wrap));
  const item = {
    id: version._id, case: keys.case, line, bytes, state: 'waiting', reason: null, at: Date.now(), tries: 0,
    offeredAt: 0, done: null, receipt: null, photos, ...(alone && { alone }), ...(draft.wait && { notBefore: Date.now() + draft.wait }),
    files: files.map((file) => ({ id: file.id, size: file.bytes.length, sent: 0, wire: 0, way: null, done: null })),
  };
  return transact(['drafts', 'outbox', 'cases', 'profiles', 'images', 'files', 'meta'], 'readwrite', (store, fail) => {
    fence(store, fail, vault);
    const sent = source ? store('drafts').get(source) : { result: draft };
    const found = store('cases').get(place);
    const isSame = () => found.result?.n === old?.n;
    found.onsuccess = () => {
      if (!sent.result) return fail(new GoneError());
      if (sent.result.n !== draft.n) return fail(new ChangedError());
      if (!isSame()) return;
      if (!alone) store('cases').put(record);
      store('outbox').put(item);
      for (const file of files) store('files').put(file);
      if (draft.spent) store('meta').delete(draft.spent);
      if (!source) return;
      store('drafts').delete(source);
      store('images').delete(IDBKeyRange.bound(`${draft.id}-`, `${draft.id}.`));
    };
    return isSame;
  });
}
