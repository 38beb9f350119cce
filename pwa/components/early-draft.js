/** Begins what a form's start waits for as soon as the page is read, before anybody lays it out. */

import { loadTexts } from '../text.js';
import { vaultAtHand } from '../vault.js';
import { findDraft } from './form-draft.js';

/** What this page's form goes on with; rejects where somebody has to be asked first. */
export const early = vaultAtHand().then(() => findDraft(document.body.dataset.service ?? ''));
early.catch(() => {}); // whoever takes it tells
void loadTexts();
