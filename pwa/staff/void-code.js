/**
 * A lost receipt code, replaced in person: this page makes the new code, seals what stands again under it with what was
 * written to and fro, and signs that the old one counts no more. The new code is shown once; the server and this office never have it.
 */

import { sealNote, signEvent } from '../crypto/events.js';
import { sign } from '../crypto/key-pair.js';
import { openVersion, openWrapAsHolder } from '../crypto/open.js';
import { derive, newCode, showCode, spokenNumber } from '../crypto/receipt-code.js';
import { sealVersion } from '../crypto/seal.js';
import { vOf } from '../crypto/version.js';
import { button, element } from '../element.js';
import { office } from '../pins.js';
import { stateAfter } from './next-steps.js';
import { ApiError } from './staff-api.js';
import { saidIn } from './thread.js';

/** @typedef {import('./case.js').Desk} Desk */
/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {import('./open-case.js').OpenedCase} OpenedCase */
/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {{leaf: OpenedVersion, pair: Sealed}} Moved what there was, and what it is sealed as now */
/** @typedef {[import('../crypto/version.js').Version, import('../crypto/version.js').Wrap]} Sealed */
/** @typedef {{code: string, number: string, body: object}} Voiding */

const CHANNEL = 'counter';
const MOST_SAID = 40; // messages from either side; the server takes no more

/** `onVoided` gets the sheet with the new code, whatever the officer looks at by then. @param {Desk} desk */
export function voidForm({ row, opened, keys, api, texts, onVoided, onClose, onError }) {
  if (!keys.signing || opened.leaves.length === 0) return null;
  const $error = element('p', { id: 'void-error', class: 'error', role: 'alert' });
  const $seen = element('input', { id: 'void-seen', type: 'checkbox', 'aria-describedby': 'void-error' });
  /** @type {Voiding | undefined} the very same again when an answer was lost */
  let prepared;
  let isBusy = false;
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    $error.textContent = $seen.checked ? '' : texts.say('staff.void.see-first');
    if (isBusy || !$seen.checked) return;
    isBusy = true;
    try {
      const { qrSvg } = await import('../components/qr.js');
      prepared ??= await prepare(opened, keys);
      // Ready before anything is sent: once the old code is dead, nothing may keep the new one from its owner.
      const $sheet = await sheet({ ...prepared, texts, draw: qrSvg, onClose });
      await api.voidCode(row.case, prepared.body);
      onVoided($sheet);
    } catch (error) {
      $error.textContent = reasonOf(error, texts) ?? onError(error);
    } finally {
      isBusy = false;
    }
  };
  return element(
    'details', { class: 'void' }, element('summary', {}, texts.say('staff.void.title')),
    element(
      'form', { class: 'stack', submit, novalidate: true },
      element('p', {}, texts.say('staff.void.means')), $error,
      element('label', { class: 'choice' }, $seen, ' ', texts.say('staff.void.seen')),
      element('button', { class: 'button button-bad' }, texts.say('staff.void.button')),
    ),
  );
}

/** What is particular to voiding, in words. @param {unknown} error @param {import('./texts.js').Texts} texts */
function reasonOf(error, texts) {
  const isLate = error instanceof ApiError && error.reason === 'voided';
  return isLate ? texts.say('staff.void.late', { number: error.body.number }) : null;
}

/**
 * Make a new code and everything that is sent for it. Photographs stay as they are: their keys are in the answers that
 * are sealed again, and they open under the name of the case for which they were sealed.
 * @param {OpenedCase} opened @param {Keys} keys
 * @returns {Promise<Voiding>}
 */
async function prepare(opened, keys) {
  const { kid, private: pair } = /** @type {NonNullable<Keys['signing']>} */ (keys.signing);
  const code = newCode();
  const codeKeys = await derive(code);
  const said = saidIn(opened);
  const messages = said.messages.filter(({ dek }) => dek).slice(-MOST_SAID);
  const moved = await Promise.all([...opened.leaves, ...messages].map(async (leaf) => ({ leaf, pair: await sealAgain(leaf, codeKeys, keys) })));
  const at = Math.floor(Date.now() / 1000);
  const to = codeKeys.case;
  const sig = await sign(['code1', opened.id, to, at], pair);
  const mark = { _id: `code.${opened.id}`, type: 'code', kid, to, at, sig };
  const events = await signAgain(opened, said.replies.slice(-MOST_SAID), moved, codeKeys, { kid, private: pair });
  const items = moved.map((one) => one.pair);
  return { code, number: await spokenNumber(to), body: { identity: true, mark, items, events } };
}

/**
 * @param {OpenedVersion} leaf @param {import('../crypto/receipt-code.js').CodeKeys} codeKeys @param {Keys} keys
 * @returns {Promise<Sealed>}
 */
async function sealAgain({ version, dek }, codeKeys, keys) {
  const { type, service, form, at, area, wish, blobs } = version;
  const groups = await openVersion(version, /** @type {import('../crypto/canonical.js').Bytes} */ (dek));
  const key = /** @type {import('../crypto/keyring.js').ListedKey} */ (keys.list.primary('seal'));
  const sealed = await sealVersion({
    type, codeKeys, service, form, at, channel: CHANNEL, device: null, area, wish, prev: [], blobs, groups,
    recipients: [[key.kid, key.pub]],
  });
  return [sealed.version, sealed.wrap];
}

/**
 * What the office wrote, and the step at which the case stands, with their notes, signed for the new case: its applicant
 * reads them with the new code. The last one is about every message that was answered.
 * @param {OpenedCase} opened @param {import('./open-case.js').OpenedEvent[]} replies
 * @param {Moved[]} moved @param {import('../crypto/receipt-code.js').CodeKeys} codeKeys
 * @param {NonNullable<Keys['signing']>} key
 */
async function signAgain(opened, replies, moved, codeKeys, key) {
  const events = [...opened.former.flatMap((one) => one.events), ...opened.events];
  const step = stateAfter(events);
  const standing = events.findLast((event) => event.step === step);
  const kept = events.filter((event) => event === standing || replies.includes(event));
  const seen = new Set(events.flatMap(({ on }) => on));
  const versions = moved.filter(({ leaf }) => leaf.version.type !== 'message');
  const answered = moved.filter((one) => !versions.includes(one) && seen.has(one.leaf.v));
  const [version, wrap] = versions[0].pair;
  const dek = await openWrapAsHolder(version, wrap, codeKeys.open);
  return Promise.all(kept.map(async ({ step: name, at, text }, index) => {
    const n = index + 1;
    const about = n === kept.length ? [...versions, ...answered] : versions;
    const note = text ? await sealNote(text, dek, codeKeys.case, n) : null;
    return signEvent({ case: codeKeys.case, n, step: name, at, on: about.map(({ pair }) => vOf(pair[0])), note, ...key });
  }));
}

/**
 * The new code, to be printed or copied now: it is stored nowhere.
 * @param {Voiding & {texts: import('./texts.js').Texts, draw: typeof import('../components/qr.js').qrSvg,
 *   onClose: () => void}} of
 */
async function sheet({ code, number, texts, draw, onClose }) {
  const shown = await showCode(code);
  const { origin, name } = await office();
  const url = `${origin}/k#${shown.replaceAll(' ', '')}`;
  // Whoever leaves it must mean to: the key that closes a case does not close it.
  const keydown = (/** @type {KeyboardEvent} */ event) => event.stopPropagation();
  return element(
    'section', { class: 'new-code stack', 'aria-label': texts.say('staff.void.new'), 'data-new-code': true, keydown },
    element('h2', { tabindex: -1 }, texts.say('staff.void.new')),
    element('p', { class: 'notice no-print' }, texts.say('staff.void.once')),
    element('p', {}, name),
    element('p', {}, texts.say('app.code')), element('p', { class: 'code', 'data-code': true }, shown),
    draw(url, texts.say('app.receipt.qr', { code: shown })),
    element('p', {}, texts.say('app.number', { number })),
    element('p', {}, texts.say('app.code.keep')),
    element(
      'div', { class: 'cluster no-print' },
      button(texts.say('app.receipt.print'), () => window.print()),
      button(texts.say('staff.void.done'), onClose, { class: 'button button-plain', 'data-done': true }),
    ),
  );
}

