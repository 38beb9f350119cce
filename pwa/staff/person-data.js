/** On a case: what its person asked about their data, with the clock of each, and the files with everything there is. */

import { download } from '../components/save-file.js';
import { button, element } from '../element.js';
import { office } from '../pins.js';
import { openCase } from './open-case.js';

/** @typedef {import('./case.js').Desk} Desk */
/** @typedef {import('./staff-api.js').RequestRow} RequestRow */
/** @typedef {import('./texts.js').Texts} Texts */

const PLAIN = { class: 'button button-plain' };

export class PersonData {
  /** @param {Desk} desk @param {() => void} toCorrection where the applicant is asked to correct */
  constructor(desk, toCorrection) {
    const { texts } = desk;
    this.desk = desk;
    this.toCorrection = toCorrection;
    this.isAsking = false;
    this.$asked = element('div', { class: 'stack' });
    this.$problem = element('p', { class: 'error', role: 'alert' });
    this.$title = element('summary', {}, texts.say('staff.export.title'));
    this.$root = element(
      'details', { class: 'person-data', toggle: () => this.#load() }, this.$title,
      element(
        'div', { class: 'stack' }, element('p', {}, texts.say('staff.export.means')), this.$problem, this.$asked,
        element(
          'div', { class: 'cluster' },
          button(texts.say('staff.export.button'), () => this.#attempt(() => this.#export()), { 'data-export': true }),
          button(texts.say('staff.export.ask-access'), () => this.#attempt(() => this.#ask('access')), PLAIN),
          button(texts.say('staff.export.ask-correction'), () => this.#attempt(() => this.#ask('correction')), PLAIN),
        ),
      ),
    );
  }

  #load() {
    return this.#attempt(async () => {
      const { row, api } = this.desk;
      const own = [row.case, ...row.formers];
      const rows = (await api.requests()).filter((one) => own.includes(one.case));
      const hadFocus = this.$asked.contains(document.activeElement);
      this.$asked.replaceChildren(...rows.map((one) => this.#request(one)));
      if (hadFocus) this.$title.focus();
    });
  }

  /** @param {RequestRow} request */
  #request(request) {
    const { texts, api } = this.desk;
    const close = () => this.#attempt(async () => {
      await api.finishRequest(request.id);
      await this.#load();
    });
    const isOpen = request.done_at === null;
    return element(
      'div', { class: 'cluster', 'data-request': request.id },
      element('p', {}, texts.say(`staff.req.${request.kind}`), ' · ', clock(request, texts)),
      isOpen && request.kind === 'correction' ? button(texts.say('staff.export.to-correction'), this.toCorrection, PLAIN) : null,
      isOpen ? button(texts.say('staff.req.close'), close, PLAIN) : null,
    );
  }

  /** @param {string} kind */
  async #ask(kind) {
    if (this.isAsking) return; // the second of a double click
    this.isAsking = true;
    try {
      await this.desk.api.addRequest(kind, this.desk.row.case);
    } finally {
      this.isAsking = false;
    }
    await this.#load();
  }

  async #export() {
    const { row, api, keys, texts, announce } = this.desk;
    const { person, htmlFile, jsonFile } = await import('./person-files.js');
    const raw = await api.exportCase(row.case);
    const opened = await openCase(row.case, raw, keys, (service, name) => api.form(service, name));
    const made = { office: (await office()).name, number: row.number, at: Math.floor(Date.now() / 1000) };
    if (keys.isForgotten) return; // nothing of it opened
    const data = person(opened, raw, made, texts);
    const name = `rantau-${row.number.replaceAll(' ', '')}`;
    download(htmlFile(data, texts), `${name}.html`);
    download(jsonFile(data), `${name}.json`);
    announce(texts.say('staff.export.done', { number: row.number }));
  }

  /** @param {() => Promise<void>} act */
  async #attempt(act) {
    this.$problem.textContent = '';
    try {
      await act();
    } catch (error) {
      this.$problem.textContent = this.desk.onError(error);
    }
  }
}

/** What of the time is left, or how late it is. @param {RequestRow} request @param {Texts} texts */
export function clock({ hours, done_at: done }, texts) {
  if (done !== null) return element('span', {}, texts.say('staff.req.done-at', { when: texts.when(done) }));
  const isLate = hours < 0;
  return element('strong', { class: isLate ? 'error' : null }, texts.say(isLate ? 'staff.req.late' : 'staff.req.left', { n: Math.abs(hours) }));
}

/**
 * What stands where no case is open: the requests whose clock runs; empty where there is none.
 * @param {import('./staff-api.js').StaffApi} api @param {Texts} texts
 */
export function runningRequests(api, texts) {
  const $root = element('div', { class: 'stack', 'data-running': true });
  const show = (/** @type {RequestRow[]} */ rows) => {
    const open = rows.filter(({ done_at: done }) => done === null);
    if (open.length === 0) return;
    const items = open.map((one) => element('li', {}, `${one.number} · ${texts.say(`staff.req.${one.kind}`)} · `, clock(one, texts)));
    $root.append(
      element('h2', {}, texts.say('staff.req.running')), element('ul', {}, ...items),
      element('p', {}, element('a', { href: `/staff/${texts.lang}/requests` }, texts.say('staff.nav.requests'))),
    );
  };
  api.requests().then(show, () => {}); // the list beside it says when the server is away
  return $root;
}
