/** What waits to be sent, on the desk: how much, and each step that met another one or was refused. */

import { button, element } from '../element.js';
import { isStopped } from './step-outbox.js';

/** @typedef {import('./step-outbox.js').StepOutbox} StepOutbox */
/** @typedef {import('./kept-steps.js').Waiting} Waiting */

const PLAIN = { class: 'button button-plain' };

/**
 * Show it; nothing where nothing waits.
 * @param {StepOutbox} outbox @param {import('./texts.js').Texts} texts @param {(step: Waiting) => void} onRetake
 */
export function waitingSteps(outbox, texts, onRetake) {
  const { steps, problem } = outbox;
  const stopped = steps.filter(isStopped);
  const n = steps.length - stopped.length;
  return [
    n
      ? element('div', { class: 'notice cluster' },
        element('p', {}, texts.say(problem ? 'staff.waiting.held' : 'staff.waiting.steps', { n, problem })),
        button(texts.say('staff.waiting.send'), () => outbox.send(), PLAIN))
      : null,
    stopped.length
      ? element('ul', { class: 'notice urgent links stack' }, ...stopped.map((step) => stoppedStep(step, outbox, texts, onRetake)))
      : null,
  ].filter((part) => part !== null);
}

/** @param {Waiting} step @param {StepOutbox} outbox @param {import('./texts.js').Texts} texts @param {(step: Waiting) => void} onRetake */
function stoppedStep(step, outbox, texts, onRetake) {
  const { event, number, other } = step;
  const name = texts.name('step', event.step);
  const said = other
    ? texts.say('staff.waiting.conflict', { n: event.n, step: name, other: texts.name('step', other.step), when: texts.when(other.at) })
    : texts.say('staff.waiting.refused', { n: event.n, step: name, reason: step.reason });
  return element(
    'li', {}, element('strong', {}, number), ` ${said} `,
    button(texts.say('staff.waiting.retake'), () => onRetake(step), PLAIN), ' ',
    button(texts.say('staff.waiting.drop'), () => outbox.remove(step), PLAIN),
  );
}
