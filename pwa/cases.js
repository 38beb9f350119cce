/** The cases whose codes this device holds, once the office can be asked: where they stand, and what it wrote. */

import { addEvents, endedCase, isHolding, isSigned, isVoided, knownUpTo, openContent, standing } from './case-content.js';
import { addVersion, newContent, standingStep } from './case-record.js';
import { derive, parseCode, showCode, spokenNumber } from './crypto/receipt-code.js';
import { transact } from './db.js';
import { ErasedError, GoneError, LockedError, NotFoundError, OfflineError, VaultError } from './device-errors.js';
import { office } from './pins.js';
import { createRecord, listRecords, readRecord, updateRecord } from './records.js';
import { idOf, openVault, vaultAtHand } from './vault.js';

/** @typedef {import('./case-record.js').Content} Content */
/** @typedef {import('./case-record.js').Holding} Holding */
/** @typedef {import('./crypto/event-reading.js').Event} Event */
/** @typedef {import('./crypto/key-list.js').KeyList} KeyList */
/** @typedef {{events: Event[], versions: Holding[], came?: number}} News what came for a case, verified; `came`: as `Content` */

/** Give a case with everything in it opened; throws `GoneError`, `ErasedError` or `VaultError`. @param {string} caseId */
export async function openCase(caseId) {
  const content = await readRecord('cases', caseId);
  if (content.erased) throw new ErasedError(content.voided);
  return view(caseId, content);
}

/**
 * Get a case by its code from the office, on any device; `keep` puts it on the list of this one.
 * Throws a `CodeError`, `OfflineError`, `ErasedError` or `NotFoundError`.
 * @param {string} typed
 */
export async function fetchCase(typed, { keep = false } = {}) {
  const code = await parseCode(typed);
  const keys = await derive(code);
  const news = await ask(keys.case, keys.proof);
  const [first] = news.versions;
  if (!first) throw new NotFoundError();
  const content = absorb(newContent({ service: first[0].service, title: '' }, code, keys), news);
  if (keep) await keepCase(keys.case, content, news);
  return view(keys.case, content);
}

/** Note that the steps so far were looked at. @param {string} caseId */
export const markSeen = (caseId) =>
  updateRecord('cases', caseId, (content) =>
    content.seen === content.events.length ? undefined : { ...content, seen: content.events.length });

/**
 * What the next exchange asks about, 20 cases at a time, in turn; nothing while they are locked, and nothing of a case
 * that the office cannot know yet.
 * @param {string} after the last case of the time before
 * @param {string[]} unsent versions that no answer came for
 * @returns {Promise<[string, string, number, 0][]>}
 */
export async function watches(after, unsent) {
  const listed = await listRecords('cases', vaultAtHand).catch(unlessLocked);
  const { device } = await vaultAtHand().catch(() => ({ device: null }));
  // Of what an enrolled device collected, it hears by its own word.
  const isWatched = (/** @type {Content} */ { proof, versions }) =>
    proof && !(device && versions[0]?.[0].device === device) && versions.some(([{ _id }]) => !unsent.includes(_id));
  const cases = listed.filter(isWatched).sort((a, b) => (a.id < b.id ? -1 : 1));
  const rest = cases.filter(({ id }) => id > after);
  // The same lists in each turn: the office knows them again.
  return (rest.length ? rest : cases).slice(0, 20).map((content) => [content.id, content.proof, knownUpTo(content), 0]);
}

/**
 * Put news into a case on the list; says whether there was any.
 * @param {string} caseId @param {News} news @param {typeof openVault} [open] how to come by the vault
 */
export const tellCase = (caseId, news, open = vaultAtHand) =>
  updateRecord('cases', caseId, (content) => {
    if (content.erased) return undefined;
    const fresh = absorb(content, news);
    return JSON.stringify(fresh) === JSON.stringify(content) ? undefined : fresh;
  }, Date.now(), open);

/**
 * Put verified steps into their cases. Gives the cases that had news, and whether nothing is left that could be stored
 * another time: what belongs to no case here, or to one that does not open, is not.
 * @param {Map<string, Event[]>} steps
 */
export async function tellCases(steps) {
  const news = [];
  let isStored = true;
  for (const [caseId, events] of steps) {
    try {
      if (await tellCase(caseId, { events, versions: [] })) news.push(caseId);
    } catch (error) {
      isStored &&= error instanceof GoneError || (error instanceof VaultError && error.reason !== 'newer');
    }
  }
  return { news, isStored };
}

/**
 * End a case here too, locked or not and in every profile; that it was ended stays, to be told. With an erased one goes
 * what is in the outbox of it; what waits under a voided code is refused, with its reason, and stays.
 * @param {string} caseId @param {any} mark
 */
export async function endCase(caseId, mark) {
  const [erased, voided] = [mark.at, isVoided(mark)];
  await transact(['outbox', 'cases', 'files'], 'readwrite', (store) => {
    const [items, cases] = [store('outbox').getAll(), store('cases').getAll()];
    items.onsuccess = () => {
      for (const item of items.result.filter((each) => each.case === caseId && !voided)) {
        for (const { id } of item.files ?? []) store('files').delete(id);
        store('outbox').delete(item.id);
      }
    };
    cases.onsuccess = () => {
      for (const { iv, ct, ...row } of cases.result) {
        if (idOf(row.id) === caseId) store('cases').put({ ...row, n: row.n + 1, erased, voided });
      }
    };
  });
}

/** @param {unknown} error @returns {any[]} */
function unlessLocked(error) {
  if (error instanceof LockedError) return [];
  throw error;
}

/** @param {Content} content @param {News} news @returns {Content} */
function absorb(content, { events, versions, came = content.came }) {
  const fresh = versions.filter(([{ _id }]) => !content.versions.some(([known]) => known._id === _id));
  const whole = fresh.reduce((so_far, [version, wrap]) => addVersion(so_far, version, wrap), content);
  return addEvents({ ...whole, came }, events);
}

/** @param {string} caseId @param {string} proof @returns {Promise<News>} */
async function ask(caseId, proof) {
  const { keys } = await office();
  /** @type {News} */
  const news = { events: [], versions: [] };
  try {
    const { post } = await import('./transport.js');
    for await (const row of post([JSON.stringify({ v: 1, watch: [[caseId, proof, 0, 1]] })])) {
      if ((await endedCase(row[1], keys)) === caseId) throw new ErasedError(isVoided(row[1]));
      if (isHolding(row, caseId)) news.versions.push(row);
      else if (row[0] === 'came') news.came = row[2];
      else if (await isSigned(row, caseId, keys)) news.events.push(row);
    }
  } catch (error) {
    if (error instanceof ErasedError) throw error;
    throw new OfflineError('', { cause: error });
  }
  return news;
}

/** @param {string} caseId @param {Content} content @param {News} news */
async function keepCase(caseId, content, news) {
  await tellCase(caseId, news, openVault).catch((error) => {
    const isClosed = error instanceof VaultError && error.reason !== 'newer';
    if (!isClosed && !(error instanceof GoneError)) throw error;
    return createRecord('cases', caseId, content);
  });
}

/** @param {string} caseId @param {Content} content */
async function view(caseId, content) {
  const { code, service, title, handed, typed, came } = content;
  const { versions, events } = await openContent(content);
  return {
    case: caseId, number: await spokenNumber(caseId), code, shown: code && (await showCode(code)), service, title,
    handed, typed, came, ...standingStep(content), standing: standing(versions), versions, events,
  };
}
