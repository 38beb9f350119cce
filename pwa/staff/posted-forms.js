/** No form is posted to a server that does not answer: the page stays with what was typed, and says so where it was pressed. */

import { element } from '../element.js';
import { ping } from '../online.js';

const DOOR = /\/staff\/log(in|out)\b/; // nobody loses anything by signing in or out
const PATIENCE = 8_000; // milliseconds; who stands at a counter has a line of people before them

/** The form that the server is there for. @type {HTMLFormElement | undefined} */
let reached;
let isAsking = false;
const said = element('p', { class: 'error', role: 'alert' });

/** Hold what is posted until the server has answered; what a script of the page posts itself is its own business. */
export function watchForms() {
  document.addEventListener('submit', (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form === reached || event.defaultPrevented || form.method !== 'post' || DOOR.test(form.action)) return;
    event.preventDefault();
    if (!isAsking) void post(form, event.submitter);
  });
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
async function post(form, submitter) {
  said.remove();
  isAsking = true;
  const isThere = await ping('', PATIENCE);
  isAsking = false;
  if (!isThere) {
    said.textContent = document.body.dataset.away ?? '';
    return submitter ? submitter.before(said) : form.prepend(said);
  }
  reached = form;
  form.requestSubmit(submitter);
  reached = undefined;
  return undefined;
}
