/** No form is posted to a server that does not answer: the page stays with what was typed, and says so where it was pressed. */

import { element } from '../element.js';
import { ping } from '../online.js';

const DOOR = /\/staff\/log(in|out)\b/; // nobody loses anything by signing in or out
const PATIENCE = 8_000; // milliseconds; who stands at a counter has a line of people before them

/** The form that the server is there for. @type {HTMLFormElement | undefined} */
let reached;
let isAsking = false;
const said = element('p', { class: 'error', role: 'alert' });

/**
 * Hold what is posted until the server has answered. What a script of the page posts itself is its own business; what
 * opens a tab leaves this page as it is, and after waiting the browser would not open it.
 */
export function watchForms() {
  document.addEventListener('submit', (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form === reached || event.defaultPrevented || form.method !== 'post') return;
    if (form.target || DOOR.test(form.action)) return;
    event.preventDefault();
    if (!isAsking) void post(form, event.submitter);
  });
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
async function post(form, submitter) {
  said.remove();
  isAsking = true;
  submitter?.setAttribute('aria-busy', 'true');
  const isThere = await ping('', PATIENCE);
  submitter?.removeAttribute('aria-busy');
  isAsking = false;
  if (!isThere) {
    said.textContent = document.body.dataset.away ?? '';
    return submitter ? submitter.before(said) : form.prepend(said);
  }
  reached = form;
  try {
    form.requestSubmit(submitter);
  } finally {
    reached = undefined;
  }
  return undefined;
}
