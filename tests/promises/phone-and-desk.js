/**
 * The two ends of an application, with the app's own modules: `phone` turns what people typed into sealed items, `desk`
 * opens what the office keeps and prints it. Reads what it is given on standard input, and answers on standard output.
 */

import { text } from 'node:stream/consumers';

import { fieldsOf, settle } from '../../pwa/answers.js';
import { b64uDecode } from '../../pwa/crypto/canonical.js';
import { importPrivate } from '../../pwa/crypto/key-pair.js';
import { verifyKeyList } from '../../pwa/crypto/key-list.js';
import { sealVersion } from '../../pwa/crypto/seal.js';
import { clockNow, dayStart } from '../../pwa/pins.js';
import { openCase } from '../../pwa/staff/open-case.js';
import { printApplication } from '../../pwa/staff/print-sheet.js';
import { Texts } from '../../pwa/staff/texts.js';

const given = JSON.parse(await text(process.stdin));
const keyList = () => verifyKeyList(given.office.keys, b64uDecode(given.office.root));

/** When: of what nothing links with who sent it, the day alone. @param {{alone?: unknown}} form */
const at = ({ alone }) => (alone === true ? dayStart : clockNow)({ skew: 0 });

/** Seal what each person typed into their form. */
async function phone() {
  const { kid, pub } = (await keyList()).primary('seal');
  return Promise.all(given.people.map(async ({ service, name, form, typed, keys: { case: id, proof, ...secrets } }) => {
    const answers = settle(form, typed, { today: given.today });
    const codeKeys = { case: id, proof, ...Object.fromEntries(Object.entries(secrets).map(([of, hex]) => [of, Buffer.from(hex, 'hex')])) };
    const { version, wrap } = await sealVersion({
      type: form.type ?? 'application', codeKeys, service, form: name, at: at(form), channel: 'app', device: null, wish: [], prev: [],
      area: fieldsOf(form).filter(({ clear }) => clear).map(({ key }) => answers[key])[0] ?? null,
      groups: { personal: Object.values(answers) }, recipients: [[kid, pub]],
    });
    return [version, wrap];
  }));
}

/** Open every case and print it; the rows of its sheet. */
async function desk() {
  const { kid, pair, forms, papers } = given;
  const own = await importPrivate({ d: Buffer.from(pair.d, 'hex'), pub: Buffer.from(pair.pub, 'hex') });
  const keys = { list: await keyList(), seal: new Map([[kid, own]]) };
  const texts = new Texts('id', given.texts, given.regions);
  const print = onPaper(papers);
  const sheets = [];
  for (const { id, service, number, raw } of given.cases) {
    const opened = await openCase(id, raw, keys, async (of, name) => forms[`${of} ${name}`]);
    sheets.push(await print({ row: { service, number, kind: 'app' }, opened, texts }));
  }
  return sheets;
}

/** A page that can be printed, and what the phone's own store has of the office. @param {object} papers */
function onPaper(papers) {
  const row = { told: given.office, skew: 0, seq: 0 };
  const later = (one, happens) => (setTimeout(() => one[happens]()), one);
  const get = () => ({ result: row });
  const database = { transaction: () => later({ objectStore: () => ({ get }) }, 'oncomplete') };
  /** @type {Part | undefined} */
  let sheet;
  Object.assign(globalThis, {
    indexedDB: { open: () => later({ result: database }, 'onsuccess') },
    addEventListener() {},
    window: { print() {} },
    document: {
      createElement: (tag) => new Part(tag),
      getElementById: () => ({ textContent: JSON.stringify(papers) }),
      body: { append: (made) => (sheet = made) },
    },
  });
  return async (shown) => {
    await printApplication(shown);
    return sheet?.all('tr').map((row) => row.children.map((cell) => cell.textContent)).filter(({ length }) => length === 3)
      .map(([, label, answer]) => [label, answer]);
  };
}

/** As much of an element as a sheet is made of. */
class Part {
  /** @param {string} tag */
  constructor(tag) {
    this.tag = tag;
    /** @type {(Part | string)[]} */
    this.children = [];
  }

  setAttribute() {}

  append(...parts) {
    this.children.push(...parts);
  }

  get textContent() {
    return this.children.map((one) => (one instanceof Part ? one.textContent : one)).join('');
  }

  all(tag) {
    return this.children.flatMap((one) => (one instanceof Part ? [...(one.tag === tag ? [one] : []), ...one.all(tag)] : []));
  }
}

console.log(JSON.stringify(await { phone, desk }[process.argv[2]]()));
