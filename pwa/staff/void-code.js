/**
 * A lost receipt code, replaced in person: this page makes the new code, seals what stands again under it, and signs that
 * the old one counts no more. The new code is shown once; the server and this office never have it.
 */

import { SENT, sealNote, signEvent } from '../crypto/events.js';
import { sign } from '../crypto/key-pair.js';
import { openVersion, openWrapAsHolder } from '../crypto/open.js';
import { derive, newCode, showCode, spokenNumber } from '../crypto/receipt-code.js';
import { sealVersion } from '../crypto/seal.js';
import { vOf } from '../crypto/version.js';
import { button, element } from '../element.js';
import { office } from '../pins.js';
import { stateAfter } from './next-steps.js';
import { ApiError } from './staff-api.js';

/** @typedef {import('./case.js').Desk} Desk */
/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {import('./open-case.js').OpenedCase} OpenedCase */
/** @typedef {{code: string, number: string, body: object}} Voiding */

const CHANNEL = 'counter';

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
  const items = await Promise.all(opened.leaves.map((leaf) => sealAgain(leaf, codeKeys, keys)));
  const at = Math.floor(Date.now() / 1000);
  const to = codeKeys.case;
  const sig = await sign(['code1', opened.id, to, at], pair);
  const mark = { _id: `code.${opened.id}`, type: 'code', kid, to, at, sig };
  const event = await standingStep(opened, codeKeys, items, { kid, private: pair });
  return { code, number: await spokenNumber(to), body: { identity: true, mark, items, event } };
}

/**
 * @param {import('./open-case.js').OpenedVersion} leaf @param {import('../crypto/receipt-code.js').CodeKeys} codeKeys
 * @param {Keys} keys
 * @returns {Promise<[import('../crypto/version.js').Version, import('../crypto/version.js').Wrap]>}
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
 * The step at which the case stands, with its note, signed for the new case: its applicant reads it with the new code.
 * @param {OpenedCase} opened @param {import('../crypto/receipt-code.js').CodeKeys} codeKeys
 * @param {[import('../crypto/version.js').Version, import('../crypto/version.js').Wrap][]} items
 * @param {NonNullable<Keys['signing']>} key
 */
async function standingStep(opened, codeKeys, items, key) {
  const events = [...opened.former.flatMap((one) => one.events), ...opened.events];
  const step = stateAfter(events);
  const last = events.findLast((event) => event.step === step);
  if (step === SENT || !last) return null;
  const [version, wrap] = items[0];
  const dek = await openWrapAsHolder(version, wrap, codeKeys.open);
  const note = last.text ? await sealNote(last.text, dek, codeKeys.case, 1) : null;
  const on = items.map(([one]) => vOf(one));
  return signEvent({ case: codeKeys.case, n: 1, step, at: last.at, on, note, ...key });
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

