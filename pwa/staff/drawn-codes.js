/** Draws what a page carries as text, to be scanned, as QR codes. */

import { qrSvg } from '../components/qr.js';

for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-qr]'))) {
  place.append(qrSvg(place.dataset.qr ?? '', place.dataset.label ?? ''));
}
