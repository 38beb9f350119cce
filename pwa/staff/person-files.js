/**
 * Everything that the office holds on one case, as two files: one to read, one for programs. Made here, in the officer's
 * browser, from what only this browser can open.
 */

import { MESSAGE } from '../crypto/events.js';
import { fromAnswers } from '../day/consents.js';
import { element } from '../element.js';
import { questions } from './answer-text.js';
import { whoAgreed } from './consents.js';

/** @typedef {import('./open-case.js').OpenedCase} OpenedCase */
/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {import('./open-case.js').RawCase} RawCase */
/** @typedef {import('./texts.js').Texts} Texts */
/** @typedef {{id: string, kind: string, received_at: number, due: number, hours: number, done_at: number | null}} Asked */
/**
 * @typedef {RawCase & {receipts: unknown[], bookings: object[], requests: Asked[],
 *   deeds: {n: number, at: number, who: string, deed: string, about: object}[]}} Exported
 */
/** @typedef {ReturnType<typeof person>} Person */

/**
 * Everything as plain values.
 * @param {OpenedCase} opened @param {Exported} raw @param {{office: string, number: string, at: number}} made
 * @param {Texts} texts
 */
export function person(opened, raw, { office, number, at }, texts) {
  const wraps = Object.assign({}, ...[...(raw.former ?? []), raw].map((one) => one.wraps));
  const former = opened.former.map(({ id, number: old, at: voided }) => ({ case: id, number: old, voided_at: iso(voided) }));
  return {
    office, made_at: iso(at), case: opened.id, number, former,
    versions: opened.versions.map((one) => versionOf(one, opened, Object.keys(wraps[one.version._id] ?? {}), texts)),
    steps: [...opened.former.flatMap((one) => one.events), ...opened.events].map((event) => ({
      case: event.case, n: event.n, step: event.step, means: texts.name('step', event.step), at: iso(event.at),
      note: event.text, is_signed_by_office: event.isGenuine, is_message: event.step === MESSAGE,
    })),
    receipts: raw.receipts, bookings: raw.bookings,
    requests: raw.requests.map(({ kind, received_at, due, done_at }) => ({
      kind, received_at: iso(received_at), due: iso(due), done_at: done_at === null ? null : iso(done_at),
    })),
    seen_by: raw.deeds.map(({ n, at: when, who, deed }) => ({ n, at: iso(when), who, deed, means: texts.say(`staff.deed.${deed}`) })),
  };
}

/** @param {OpenedVersion} one @param {OpenedCase} opened @param {string[]} kids @param {Texts} texts */
function versionOf({ v, version, form, answers, consent: sealed, failure }, { leaves }, kids, texts) {
  const consent = fromAnswers(sealed);
  const { _id, type, service, at, channel, device, area, wish, blobs } = version;
  return {
    id: _id, type, service, form: version.form, at: iso(at), channel, device, area, wish, photographs: blobs.length,
    stands: leaves.some((leaf) => leaf.v === v), sealed_to: kids, not_opened: failure,
    consent: consent ? { ...consent, at: iso(consent.at), who: whoAgreed(consent, texts) } : null,
    answers: questions(form, answers, texts).map(({ name, label, answer, text }) => ({ field: name, label, value: answer, text })),
  };
}

/** The file for programs. @param {Person} data */
export const jsonFile = (data) => new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' });

/**
 * The file to read: elements are made and then written out, so that nothing that was answered can become markup.
 * @param {Person} data @param {Texts} texts
 */
export function htmlFile(data, texts) {
  const doc = document.implementation.createHTMLDocument(`${data.number} – ${data.office}`);
  doc.documentElement.lang = texts.lang;
  doc.head.prepend(element('meta', { charset: 'utf-8' }));
  doc.body.append(
    element('h1', {}, texts.say('staff.export.heading', { number: data.number })),
    element('p', {}, `${data.office} · ${texts.when(seconds(data.made_at))}`),
    ...data.former.map(({ number, voided_at }) =>
      element('p', {}, texts.say('staff.history.former', { number, when: texts.when(seconds(voided_at)) }))),
    ...[...data.versions].reverse().flatMap((version) => versionPart(version, texts)),
    ...part(texts, 'steps', data.steps, ({ at, means, note, is_signed_by_office: isSigned }) =>
      [texts.when(seconds(at)), means, note, isSigned ? '' : texts.say('staff.history.forged')]),
    ...part(texts, 'receipts', data.receipts, (receipt) => [JSON.stringify(receipt)]),
    ...part(texts, 'bookings', data.bookings, (booking) => [JSON.stringify(booking)]),
    ...part(texts, 'requests', data.requests, ({ kind, received_at, done_at }) =>
      [texts.say(`staff.req.${kind}`), texts.when(seconds(received_at)), done_at && texts.say('staff.req.done-at', { when: texts.when(seconds(done_at)) })]),
    ...part(texts, 'seen-by', data.seen_by, ({ at, who, means }) => [texts.when(seconds(at)), who, means]),
  );
  // The console's own policy lets no page of its making have a style, so it is put in where the file is written.
  const html = doc.documentElement.outerHTML.replace('</head>', () => `<style>${STYLE}</style></head>`);
  return new Blob(['<!doctype html>\n', html], { type: 'text/html' });
}

/** @param {Person['versions'][number]} version @param {Texts} texts */
function versionPart(version, texts) {
  const stands = texts.say(version.type === 'message' ? 'talk.title' : version.stands ? 'staff.case.standing' : 'staff.case.replaced');
  const facts = [
    texts.name('staff.channel', version.channel), version.device, version.area && texts.region(version.area),
    texts.say('staff.export.sealed-to', { kids: version.sealed_to.join(', ') }),
    version.consent && `${texts.say('staff.consent.who')}: ${version.consent.who}, ${texts.when(seconds(version.consent.at))}, ${version.consent.text}`,
    version.not_opened && texts.say(`staff.shut.${version.not_opened}`),
  ];
  const rows = version.answers.map(({ label, text }) => element('tr', {}, element('th', { scope: 'row' }, label), element('td', {}, text || texts.say('staff.case.empty'))));
  return [
    element('h2', {}, `${texts.when(seconds(version.at))} – ${stands}`),
    element('p', {}, facts.filter(Boolean).join(' · ')), element('table', {}, ...rows),
  ];
}

/**
 * @template T
 * @param {Texts} texts @param {string} name @param {T[]} rows @param {(row: T) => (string | null)[]} write
 */
function part(texts, name, rows, write) {
  const items = rows.map((row) => element('li', {}, write(row).filter(Boolean).join(' – ')));
  const shown = items.length ? element('ul', {}, ...items) : element('p', {}, texts.say('staff.export.none'));
  return [element('h2', {}, texts.say(`staff.export.${name}`)), shown];
}

const STYLE = 'body{font:1rem/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}'
  + 'table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.2rem .5rem;border-bottom:1px solid #999}'
  + 'th{width:40%;font-weight:400}li{overflow-wrap:anywhere}';

/** @param {number} at */
const iso = (at) => new Date(at * 1000).toISOString();

/** @param {string} text */
const seconds = (text) => Date.parse(text) / 1000;
