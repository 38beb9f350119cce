/** In which order an application is printed: that of its paper form, where the office knows it. */

/**
 * @typedef {{name: string, services: string[], fields: string[], source: string, checked: string,
 *   unverified: Record<string, string> | null}} PaperForm
 */

/** The paper form of an application, if its order is known. @param {string} service @returns {PaperForm | null} */
export const paperOf = (service, orders = papers().orders) => orders.find(({ services }) => services.includes(service)) ?? null;

/**
 * What was asked, in the order of the paper form, and what the paper form does not ask in its own.
 * @template {{name: string}} T @param {T[]} asked by the name of a field, rows of a field as `<name>.<row>.<field>`
 * @param {string[]} order names of fields
 */
export function inPaperOrder(asked, order) {
  const place = ({ name = '' }) => order.indexOf(name.split('.')[0]);
  const on = asked.filter((one) => place(one) >= 0).sort((one, other) => place(one) - place(other));
  return { on, beside: asked.filter((one) => place(one) < 0) };
}

/** What somebody is called who answered so. @param {Record<string, unknown>} answers */
export const calledIn = (answers, called = papers().called) =>
  String(called.map((key) => answers[key]).find(Boolean) ?? '');

/** What the page carries. @returns {{called: string[], orders: PaperForm[]}} */
function papers() {
  return JSON.parse(document.getElementById('papers')?.textContent || '{"called":[],"orders":[]}');
}
