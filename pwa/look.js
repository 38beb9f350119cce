/** How a person sees pages best, kept on this device; what there is to choose is in comfort.js. */

export const KEPT = 'rantau-look';

/** Show the page as it was chosen. */
export function showLook() {
  try {
    document.documentElement.dataset.look = localStorage.getItem(KEPT) ?? '';
  } catch {
    // This browser stores nothing.
  }
}

/** Let a form be seen that waited for what was typed (pwa/css/components.css). */
export function showForm() {
  showLook();
  document.documentElement.dataset.started = '';
}
