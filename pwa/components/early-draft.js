/** Begins what a form's start waits for as soon as it is here, before anybody draws the page. */

import { showForm } from '../look.js';
import { loadTexts } from '../text.js';
import { earlyDraft } from './form-draft.js';

const LATE = 1_500; // milliseconds

// Where nothing is drawn before this (server/site/phone_copy.py), nobody sees the form before it has started, or could
// not (pwa/css/components.css); elsewhere somebody may be typing into it.
if (/** @type {any} */ (document.querySelector('script[blocking]'))?.blocking) document.documentElement.dataset.started = 'soon';
setTimeout(showForm, LATE);
void earlyDraft();
void loadTexts();
