/** Making elements without HTML as text: nothing that somebody typed can become markup. */

/**
 * Make an element. Attributes: `true` is an empty one, `null`, `undefined` and `false` none, a function listens to the
 * event of that name. Children that are null are left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, any>} [attributes] @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, asked(value));
    else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? '' : String(value));
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/**
 * What somebody asked for: why it was not done is told over the page (pwa/refused.js), which says nothing of other work.
 * @param {(event: any) => unknown} act
 */
export const asked = (act) => async (/** @type {any} */ event) => {
  try {
    await act(event);
  } catch (detail) {
    document.dispatchEvent(new CustomEvent('rantau:failed', { detail }));
    throw detail;
  }
};

/** Over once nothing of it is being pressed, or eight seconds are over: nothing goes or moves from under a finger. @param {ParentNode} root */
export async function letGo(root) {
  // Not every browser tells of the end of every press.
  for (let left = 20; left && root.querySelector(':active'); left -= 1) await new Promise((resolve) => setTimeout(resolve, 400));
}

/** A button that does one thing. @param {string} label @param {() => any} act @param {Record<string, any>} [attributes] */
export const button = (label, act, attributes = {}) =>
  element('button', { type: 'button', class: 'button', ...attributes, click: act }, label);
