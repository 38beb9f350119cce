/** Puts a file with a form into the page: JSON where it can be read, a spreadsheet as what the office reads at once. */

const MOST = 128 * 1024; // bytes

const $field = /** @type {HTMLElement} */ (document.querySelector('[data-form-file]'));
const $file = /** @type {HTMLInputElement} */ ($field.querySelector('[type=file]'));
const $sheet = /** @type {HTMLInputElement} */ ($field.querySelector('[name=sheet]'));
const $json = /** @type {HTMLTextAreaElement} */ (document.getElementById('json'));

$field.hidden = false;
$file.addEventListener('change', take);

async function take() {
  const file = $file.files?.[0];
  $sheet.value = '';
  if (!file) return;
  if (file.name.endsWith('.json')) $json.value = await file.text();
  // One that is too large is told by the office, whose words say how large it may be.
  else $sheet.value = file.size > MOST ? 'large' : base64(new Uint8Array(await file.arrayBuffer()));
  /** @type {HTMLElement | null} */ ($field.closest('form')?.querySelector('[formaction]'))?.click();
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
