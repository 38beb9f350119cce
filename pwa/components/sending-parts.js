/** On the page of what is here: how far photos are and what may be done about them, and all that was sent, when and how. */

import { amend } from '../db.js';
import { button, element } from '../element.js';
import { isSavingData, mayGo, usedThisMonth, wish, wishes } from '../images/data-use.js';
import { filesLeft } from '../outbox.js';
import { hasText, loadMore, text } from '../text.js';
import { kilobytes, when } from '../words.js';

/** @typedef {Awaited<ReturnType<typeof import('../outbox.js').listOutbox>>[number]} Listed */

const MANY = 50; // of which a page is shown
const BUDGETS = [1, 2, 5, 10, 20].map((megabytes) => megabytes * 1024 * 1024); // bytes of a month

/**
 * The photos of an item that the office does not have yet: how far they are, and what a person can do.
 * @param {Listed} item @param {Listed[]} outbox
 */
export async function photosPart(item, outbox) {
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
  return element('div', { class: 'stack near', 'data-photos': item.id }, said, bar, ...(await whatNow(item, outbox)));
}

/** @param {Listed} item @param {Listed[]} outbox @returns {Promise<(HTMLElement | null)[]>} */
async function whatNow(item, outbox) {
  const [refused] = filesLeft(item).filter(({ reason }) => reason);
  const { isPaused, budget } = await wishes();
  const asked = (/** @type {string} */ key, /** @type {object} */ changed) =>
    button(text(key), () => change(item.id, changed), { class: 'button button-plain', 'data-action': 'photos-now' });
  if (refused) {
    const key = `refused.${refused.reason}`;
    return [element('p', { class: 'error' }, text(hasText(key) ? key : 'app.sending.photos.refused')), asked('app.mine.retry', {})];
  }
  if (!mayGo(/** @type {any} */ (item))) {
    return [element('p', {}, text(item.photos !== 'wait' && isSavingData() ? 'app.sending.photos.saver' : 'app.sending.photos.wait')), asked('app.sending.photos.now', { photos: 'go' })];
  }
  const isOver = budget !== null && usedThisMonth(/** @type {any[]} */ (outbox)) >= budget;
  const pause = button(text(isPaused ? 'app.sending.photos.resume' : 'app.sending.photos.pause'), () => wish({ isPaused: !isPaused }), {
    class: 'button button-plain', 'data-action': isPaused ? 'resume' : 'pause',
  });
  return [isOver ? element('p', { class: 'error' }, text('app.sending.photos.budget')) : null, pause];
}

/** Ask for the photos of an item now, those that were refused too. @param {string} id @param {object} changed */
async function change(id, changed) {
  await amend('outbox', id, (item) => ({ ...item, ...changed, files: item.files.map(anew) }));
  document.dispatchEvent(new CustomEvent('rantau:queued'));
}

/** @param {import('../outbox.js').ItemFile} file */
const anew = ({ reason, ...file }) => file;

/**
 * What was sent, when, by which way, with its size; and what this month cost.
 * @param {Listed[]} outbox @param {(items: Listed[]) => Promise<(caseId: string) => string>} titlesOf
 */
export async function sentPart(outbox, titlesOf) {
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
  const used = kilobytes(usedThisMonth(/** @type {any[]} */ (outbox)));
  return element('details', { 'data-sent': true, toggle: fill },
    element('summary', {}, text('app.sending.title')),
    element('div', { class: 'stack near' },
      element('p', {}, text('app.sending.month', { used })), budgetField((await wishes()).budget), list));
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
    bytes === null ? text('app.sending.budget.none') : kilobytes(bytes)));
  const select = element('select', { id: 'photo-budget', change: () => wish({ budget: Number(select.value) || null }) }, ...options);
  return element('p', { class: 'field' }, element('label', { for: 'photo-budget' }, text('app.sending.budget')), select);
}
