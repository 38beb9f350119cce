/** Starts the officers' console: takes what the page carries, and puts the desk on it. */

import { Desk } from './desk.js';
import { StaffApi } from './staff-api.js';
import { stepUp } from './step-up.js';
import { Texts } from './texts.js';

/** @param {string} id @returns {HTMLElement} */
function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

/** @param {string} name */
const told = (name) => document.querySelector(`meta[name="${name}"]`)?.getAttribute('content') ?? '';

async function start() {
  const { lang } = document.documentElement;
  const [csrf, login, hasPasskey] = [told('csrf'), told('login'), told('passkey') === 'yes'];
  const regions = JSON.parse(part('regions').textContent ?? '');
  const texts = new Texts(lang, await (await fetch(`/text/staff-${lang}.json`)).json(), regions);
  const parts = { $root: part('desk'), $live: part('announcement'), $lock: part('lock') };
  const $tools = { keys: part('keys'), due: part('due'), rescue: part('rescue'), survey: part('survey'), tickets: part('tickets') };
  new Desk({ ...parts, $tools, login, api: new StaffApi(csrf, (api) => stepUp(api, texts, { hasPasskey })), texts }).start();
}

// What stands on the page until then says what to do when this fails.
await start();
