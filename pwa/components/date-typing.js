/** Sets the dashes of a date while it is typed with digits alone, as cheap phones' number keys offer. */

/** @param {string} typed day first; a date that begins with its year stays as it is */
export function withDashes(typed) {
  if (/^[0-9]{4}[^0-9]/.test(typed)) return typed;
  const text = typed.replace(/[^0-9]+/g, '-').replace(/^-/, '');
  const digits = /^([0-9]{2})([0-9]{1,2})?([0-9]{1,4})?$/.exec(text);
  if (digits) return digits.slice(1).reduce((so_far, part, at) => so_far + (part ?? '') + dash(part, at), '');
  return text.replace(/^([0-9]{1,2}-[0-9]{2})([0-9]{0,4})$/, '$1-$2');
}

/** @param {string | undefined} part @param {number} at */
const dash = (part, at) => (part?.length === 2 && at < 2 ? '-' : '');

/** Help with every date of a form until the signal. @param {HTMLElement} form @param {AbortSignal} signal */
export function helpDates(form, signal) {
  form.addEventListener('input', (event) => {
    const { target } = event;
    if (!(target instanceof HTMLInputElement) || target.dataset.date === undefined) return;
    const isAdding = /^insert/.test(/** @type {InputEvent} */ (event).inputType ?? '');
    // Whoever deletes or mends in the middle is left alone.
    if (isAdding && target.selectionStart === target.value.length) target.value = withDashes(target.value);
  }, { signal });
}
