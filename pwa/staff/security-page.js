/** Draws the secret of an authenticator app as a QR code, which the page carries as text. */

import { qrSvg } from '../components/qr.js';

for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-qr]'))) {
  place.append(qrSvg(place.dataset.qr ?? '', place.dataset.label ?? ''));
}
