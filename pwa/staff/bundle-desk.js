/** The office's own page for files that somebody carried: what is in them goes in as it is, and nothing is opened. */

import BundlePage from '../components/bundle.js';

const root = /** @type {HTMLElement} */ (document.querySelector('[data-module=bundle]'));
void new BundlePage(root).start();
