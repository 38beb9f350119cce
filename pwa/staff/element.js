/** Making elements without HTML as text: nothing that somebody typed can become markup. */

/**
 * Make an element. Attributes: `true` is an empty one, `null`, `undefined` and `false` none, a function listens to the
 * event of that name. Children that are null are left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child !== null)));
  return made;
}
