/** Which of the versions that stand a step is about: asked where there are several. */

import { element } from '../element.js';

/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */

export class AboutVersions {
  /** @param {OpenedVersion[]} leaves @param {import('./texts.js').Texts} texts */
  constructor(leaves, texts) {
    this.leaves = leaves;
    this.$root = element('fieldset', { class: 'about', hidden: leaves.length < 2 });
    if (leaves.length < 2) return;
    this.$root.append(element('legend', {}, texts.say('staff.step.about')));
    for (const { v, version, answers } of leaves) {
      const box = element('input', { type: 'checkbox', value: v, checked: answers !== null });
      this.$root.append(element('label', { class: 'choice' }, box, ' ', texts.when(version.at)));
    }
  }

  /** Those that are chosen; the first one's key seals the note. */
  get chosen() {
    const left = [...this.$root.querySelectorAll('input')].filter(({ checked }) => !checked).map(({ value }) => value);
    return this.leaves.filter(({ v }) => !left.includes(v));
  }
}
