/** What a form asks of this person and what is wrong with it, from the moment that the form's rules are here. */

import { settle } from '../answers.js';
import { loadForm, officeAtHand, today } from '../pins.js';
import { makeList } from '../region-names.js';
import { check } from '../rules.js';
import { applyConditions } from './form-conditions.js';
import { showFindings, summarise } from './form-findings.js';

/** @import {Values} from "../form.js" */
/** @typedef {import('./form-review.js').Form} Form */
/** @typedef {{name: string, form: Form}} Loaded */

export class FormJudge {
  /** @param {HTMLFormElement} root @param {Loaded} loaded */
  constructor(root, loaded) {
    this.root = root;
    this.loaded = loaded;
    for (const select of root.querySelectorAll('select')) makeList(select);
    // A nagari that is offered names its kecamatan, which no question asks for.
    this.regions = new Set([...root.querySelectorAll('option')].flatMap(({ value }) => [value, value.slice(0, 8)]));
  }

  /** By the office's clock, once that is known: who is a child follows from it. */
  get day() {
    return { today: today() };
  }

  /** The judge of a service's form; rejects where the rules are not to be had. @param {HTMLFormElement} root @param {string} service */
  static async of(root, service) {
    const [loaded] = await Promise.all([loadForm(service), officeAtHand().catch(() => {})]); // and with it its clock
    return new FormJudge(root, loaded);
  }

  /**
   * Ask what is to be asked, and say what is wrong with the fields that were left once.
   * @param {Values} values @param {Pick<Set<string>, 'has'>} visited
   */
  look(values, visited) {
    const { form } = this.loaded;
    applyConditions(this.root, form, values, this.day);
    const findings = check(form, values, { ...this.day, regions: this.regions });
    showFindings(this.root, form, findings, (key) => visited.has(key));
    return findings;
  }

  /** Everything said, and what blocks sending summed up. @param {Values} values */
  lookAtAll(values) {
    const { form } = this.loaded;
    const findings = this.look(values, { has: () => true });
    summarise(form, findings.hard);
    return { ...findings, answers: settle(form, values, this.day) };
  }

  /** A region's name stands in the list that it was chosen from. @param {string} code */
  nameOf(code) {
    return this.root.querySelector(`option[value="${CSS.escape(code)}"]`)?.textContent?.trim() ?? code;
  }
}
