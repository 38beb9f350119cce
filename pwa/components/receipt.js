/** The receipt: the code as text and QR, and an honest word about where the application is. */

import { button, element } from '../element.js';
import { language, text } from '../text.js';
import { stateBadge, when } from '../words.js';
import { qrSvg } from './qr.js';

/** @typedef {{state: string, reason: string | null, at?: number}} Standing */
/** @typedef {{case: string, shown: string, number: string, origin: string, office: string}} Receipt */

/**
 * Make the receipt of a case; `updateReceipt` tells it more.
 * @param {Receipt & Standing} receipt
 */
export function receipt({ case: of, shown, number, origin, office, ...standing }) {
  const url = `${origin}/k#${shown.replaceAll(' ', '')}`;
  const said = element('p', { role: 'status' });
  const message = text('app.receipt.text', { office, code: shown, number, url });
  const node = element('section', { class: 'card stack', 'data-receipt': of, 'aria-label': text('app.receipt.title') },
    element('div', { 'data-standing': true, role: 'status', class: 'stack near' }),
    element('h2', {}, text('app.code')),
    element('p', { class: 'code', 'data-code': true }, shown),
    element('p', {}, text('app.code.keep')),
    qrSvg(url, text('app.receipt.qr', { code: shown })),
    element('p', {}, text('app.number', { number })),
    element('p', { class: 'cluster no-print' },
      button(text('app.receipt.share'), async () => said.replaceChildren(await share(message))),
      button(text('app.receipt.print'), () => window.print(), { class: 'button button-plain' })),
    said,
    element('ul', { class: 'links no-print' }, element('li', {},
      element('a', { href: `/${language()}/case#c=${of}`, click: follow }, text('app.receipt.status')))));
  updateReceipt(node, standing);
  return node;
}

/** The form leaves the case's own address behind it: there a link to it goes nowhere by itself. @param {Event} event */
function follow(event) {
  if (/** @type {HTMLAnchorElement} */ (event.currentTarget).href !== location.href) return;
  event.preventDefault();
  location.reload();
}

/** Say anew where it is; the same words again are not said twice. @param {HTMLElement} node @param {Standing} standing */
export function updateReceipt(node, { state, reason, at = Date.now() }) {
  if (node.dataset.state === state) return;
  node.dataset.state = state;
  const means = text(`app.receipt.${state}`, { reason: reason ? text(`refused.${reason}`) : '' });
  node.querySelector('[data-standing]')?.replaceChildren(
    element('p', {}, stateBadge(state), ` ${when(at)}`), element('p', {}, means));
}

/** Give the receipt to whatever the phone offers; says what became of it. @param {string} message */
async function share(message) {
  const canShare = 'share' in navigator;
  try {
    if (canShare) await navigator.share({ text: message });
    else await navigator.clipboard.writeText(message);
    return canShare ? '' : text('app.receipt.copied');
  } catch (error) {
    const isLeft = error instanceof DOMException && error.name === 'AbortError';
    return isLeft ? '' : text('app.receipt.not-copied');
  }
}
