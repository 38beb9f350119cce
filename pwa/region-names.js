/**
 * The names of regions by code, read out of the form's page: it lists them for whoever has no JavaScript, and it lies
 * on the phone with the other pages, so no second list has to travel.
 */

const OPTION = /<option value="([0-9.]{5,13})"[^>]*>([^<]+)/g;
const ENTITIES = { '&#39;': "'", '&amp;': '&', '&lt;': '<', '&gt;': '>', '&#34;': '"' };

/**
 * Read the names out of a page.
 * @param {string} html
 * @returns {Map<string, string>}
 */
export function readRegionNames(html) {
  return new Map([...html.matchAll(OPTION)].map(([, code, name]) => [code, plain(name).trim()]));
}

/**
 * Get the names of the regions that a service's form offers; none when its page is not at hand.
 * @param {string} lang @param {string} service
 */
export async function regionNames(lang, service) {
  const html = await fetch(`/${lang}/apply/${service}`).then((answer) => (answer.ok ? answer.text() : ''), () => '');
  return readRegionNames(html);
}

/** @param {string} text */
const plain = (text) => text.replace(/&[#\w]+;/g, (entity) => /** @type {any} */ (ENTITIES)[entity] ?? entity);
