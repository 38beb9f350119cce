/** On the page of what is here: how far photos are and what may be done about them, and all that was sent, when and how. */

import { amend } from '../db.js';
import { button, element } from '../element.js';
import { isSavingData, isSpent, mayGo, nextMonth, wish, wishes } from '../images/data-use.js';
import { CONNECTION, filesLeft } from '../outbox.js';
import { keepPacks } from '../sw-bridge.js';
import { say } from '../tabs.js';
import { hasText, language, loadMore, text } from '../text.js';
import { kilobytes, when } from '../words.js';

/** @typedef {Awaited<ReturnType<typeof import('../outbox.js').listOutbox>>[number]} Listed */

const MANY = 50; // of which a page is shown
const MEGABYTE = 1024 * 1024; // bytes
const BUDGETS = [1, 2, 5, 10, 20].map((count) => count * MEGABYTE); // of a month

/**
 * The photos of an item that the office does not have yet: how far they are, and what a person can do; or until when it
 * waits before it goes by itself.
 * @param {Listed} item @param {(said?: string) => unknown} again shows the list anew, and says something with it
 */
export async function photosPart(item, again) {
  const { notBefore = 0 } = item;
  if (notBefore > Date.now()) return element('p', { 'data-apart': true }, text('app.sending.apart', { at: when(notBefore) }));
  const left = filesLeft(item);
  if (!left.length) return null;
  const said = element('p', {});
  const bar = element('progress', {});
  /** @type {Map<string, number>} */
  const sent = new Map((item.files ?? []).map((file) => [file.id, file.done ? file.size : file.sent]));
  const size = (item.files ?? []).reduce((sum, file) => sum + file.size, 0);
  const show = () => {
    const here = [...sent.values()].reduce((sum, each) => sum + each, 0);
    [bar.max, bar.value] = [size, here];
    said.textContent = text('app.sending.photos.progress', { sent: kilobytes(here), size: kilobytes(size) });
  };
  show();
  const heard = (/** @type {Event} */ event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    if (!said.isConnected) return document.removeEventListener('rantau:progress', heard);
    if (detail.item !== item.id) return undefined;
    sent.set(detail.file, detail.sent);
    return show();
  };
  setTimeout(() => document.addEventListener('rantau:progress', heard)); // once it is on the page
  return element('div', { class: 'stack near', 'data-photos': item.id }, said, bar, ...(await whatNow(item, again)));
}

/** @param {Listed} item @param {(said?: string) => unknown} again @returns {Promise<(HTMLElement | null)[]>} */
async function whatNow(item, again) {
  const [refused] = filesLeft(item).filter(({ reason }) => reason);
  const wished = await wishes();
  const { isPaused } = wished;
  const asked = (/** @type {string} */ key, /** @type {object} */ changed) =>
    button(text(key), () => change(item.id, changed), { class: 'button button-plain', 'data-action': 'photos-now' });
  if (refused) {
    const key = `refused.${refused.reason}`;
    const said = element('p', { class: 'error' }, text(hasText(key) ? key : 'app.sending.photos.refused'));
    return [said, refused.reason === 'not-here' ? null : asked('app.mine.retry', {}), dropPlace(item.id, () => again())];
  }
  if (!mayGo(/** @type {any} */ (item))) {
    return [element('p', {}, text(item.photos !== 'wait' && isSavingData() ? 'app.sending.photos.saver' : 'app.sending.photos.wait')), asked('app.sending.photos.now', { photos: 'go' })];
  }
  const pause = button(text(isPaused ? 'app.sending.photos.resume' : 'app.sending.photos.pause'), () => wish({ isPaused: !isPaused }), {
    class: 'button button-plain', 'data-action': isPaused ? 'resume' : 'pause',
  });
  const why = isPaused ? text('app.sending.photos.paused') : isSpent(wished) ? limitText('budget', wished.budget) : null;
  return [why === null ? null : element('p', { 'data-why': true }, why), pause];
}

/**
 * What goes now when somebody sends: of photos those that may, and no more of them than a month's limit leaves.
 * @param {Listed[]} open
 */
export async function costPart(open) {
  const wished = await wishes();
  const due = open.filter(({ state, notBefore = 0 }) => state !== 'refused' && notBefore <= Date.now());
  const photos = due.filter((item) => mayGo(/** @type {any} */ (item))).flatMap(filesLeft)
    .reduce((sum, { reason, size, sent }) => sum + (reason ? 0 : size - sent), 0);
  const texts = due.reduce((sum, item) => sum + (item.state === 'photos' ? 0 : item.text), CONNECTION);
  const size = kilobytes(texts + (wished.isPaused || isSpent(wished) ? 0 : Math.min(photos, wished.left)));
  return element('p', { 'data-part': 'cost' }, text('app.mine.cost', { size }));
}

/** @type {typeof import('../images/refused-photos.js').dropPart | undefined} */
let dropPart;

/**
 * The button that deletes refused photos, or where it comes to stand: no list waits for a signal that hangs.
 * @param {Parameters<typeof import('../images/refused-photos.js').dropPart>} of
 */
function dropPlace(...of) {
  if (dropPart) return dropPart(...of);
  const place = element('div', { hidden: true });
  void Promise.all([import('../images/refused-photos.js'), loadMore('rescue')]).then(([found]) => {
    ({ dropPart } = found);
    place.append(dropPart(...of));
    place.hidden = false;
  }).catch(() => {});
  return place;
}

/**
 * What a month's limit does to photos, and until when. @param {'budget' | 'part'} what all wait, or some @param {number | null} budget
 */
export const limitText = (what, budget) => text(`app.sending.photos.${what}`, {
  size: megabytes(budget ?? 0), date: new Intl.DateTimeFormat([language(), 'id'], { dateStyle: 'long' }).format(nextMonth()),
});

/** @param {number} bytes of whole ones */
const megabytes = (bytes) => `${bytes / MEGABYTE} MB`;

/** Ask for the photos of an item now, those that were refused too. @param {string} id @param {object} changed */
async function change(id, changed) {
  await amend('outbox', id, (item) => ({ ...item, ...changed, files: item.files.map(anew) }));
  say('queued');
}

/** @param {import('../outbox.js').ItemFile} file */
const anew = ({ reason, ...file }) => file;

/**
 * What folds open below the lists; what is opened until they are shown stays open.
 * @param {{images?: any[]}[]} drafts @param {Listed[]} outbox @param {(items: Listed[]) => Promise<(caseId: string) => string>} titlesOf
 */
export async function lastParts(drafts, outbox, titlesOf) {
  const sent = await sentPart(outbox, titlesOf);
  return [photosHerePart(drafts, outbox), sent];
}

/**
 * The photos of drafts, and those that the office lacks, to be seen and saved as files. Of an anonymous complaint nothing
 * is here that opens it.
 * @param {{images?: any[]}[]} drafts @param {Listed[]} outbox
 */
function photosHerePart(drafts, outbox) {
  const waiting = outbox.filter(({ alone }) => !alone);
  const ids = [...drafts.flatMap(({ images = [] }) => images), ...waiting.flatMap(filesLeft)].map(({ id }) => id);
  if (!ids.length) return null;
  const now = /** @type {HTMLElement | null} */ (document.querySelector('[data-photos-here][open]'));
  if (now && shown.get(now) === String(ids)) return now; // who looks at them goes on looking
  rescue ??= keepPacks('rescue'); // it must be here before it is needed
  const list = element('div', { class: 'stack near' });
  const fill = async () => {
    if (list.hasChildNodes()) return;
    list.textContent = text('app.later');
    shown.set(part, String(ids));
    const { photosHere } = await import('../images/photos-here.js');
    list.replaceChildren(...(await photosHere(drafts, waiting)));
  };
  const part = element('details', { 'data-photos-here': true, open: now !== null, toggle: () => void fill().catch(() => shown.delete(part)) },
    element('summary', {}, text('app.sending.here', { count: ids.length })), list);
  return part;
}

/** Which photos a part shows. @type {WeakMap<Element, string>} */
const shown = new WeakMap();

/** @type {Promise<boolean> | undefined} */
let rescue;

/**
 * What was sent, when, by which way, with its size; and what this month cost.
 * @param {Listed[]} outbox @param {(items: Listed[]) => Promise<(caseId: string) => string>} titlesOf
 */
async function sentPart(outbox, titlesOf) {
  const sent = outbox.filter(({ way, files = [] }) => way || files.some((file) => file.way)).reverse();
  if (!sent.length) return null;
  const list = element('div', {});
  /** @param {number} from @param {number} to */
  const rows = async (from, to) => {
    const titleOf = await titlesOf(sent.slice(from, to));
    const lines = sent.slice(from, to).flatMap((item) => sentRows(item, titleOf(item.case))).sort((one, other) => other.at - one.at);
    return lines.map(({ line: said }) => element('li', {}, said));
  };
  const fill = async () => {
    if (list.hasChildNodes()) return;
    const ul = element('ul', { class: 'stack near' });
    const paging = sent.length > MANY ? await import('../paging.js').catch(() => undefined) : undefined;
    if (paging) await loadMore('volunteer').catch(() => {});
    else ul.append(...(await rows(0, sent.length)));
    list.append(paging ? await paging.pagedList({ count: sent.length, rows, list: ul, name: text('app.sending.title') }) : ul);
  };
  const { used, budget } = await wishes();
  return element('details', { 'data-sent': true, open: document.querySelector('[data-sent][open]') !== null, toggle: fill },
    element('summary', {}, text('app.sending.title')),
    element('div', { class: 'stack near' },
      element('p', {}, text('app.sending.month', { used: kilobytes(used) })), budgetField(budget), list));
}

/** @param {Listed} item @param {string} title @returns {{at: number, line: string}[]} */
function sentRows({ done, way, files = [], offeredAt, text: size }, title) {
  const rows = way ? [{ at: done ?? offeredAt, line: line(title, text('app.sending.text'), size, done ?? offeredAt, way) }] : [];
  const photos = files.filter((file) => file.way).map((file, n) => {
    const at = file.done ?? file.at ?? 0;
    return { at, line: line(title, text('app.sending.photo', { n: n + 1 }), file.wire || file.size, at, String(file.way)) };
  });
  return [...rows, ...photos];
}

/** @param {string} title @param {string} what @param {number} size @param {number} at @param {string} way */
function line(title, what, size, at, way) {
  const [kind, name = ''] = way.split(':');
  return `${title}: ${what}, ${kilobytes(size)}, ${when(at)}, ${text(`app.sending.way.${kind}`, { name })}`;
}

/** @param {number | null} budget */
function budgetField(budget) {
  const options = [null, ...BUDGETS].map((bytes) => element('option', { value: bytes ?? '', selected: bytes === budget },
    bytes === null ? text('app.sending.budget.none') : megabytes(bytes)));
  const choose = () => wish({ budget: Number(select.value) || null }).catch((error) => {
    select.value = String(budget ?? ''); // which is what holds
    throw error;
  });
  const select = element('select', { id: 'photo-budget', change: choose }, ...options);
  return element('p', { class: 'field' }, element('label', { for: 'photo-budget' }, text('app.sending.budget')), select);
}
