/** Lists that are told anew: what stays in one is not moved while somebody is at it. */

const AT_IT = [':active', ':focus-within'];

/**
 * Have a list hold these and no others, in this order. One that is pressed, or else has the keyboard, stays in its place
 * and the others are put around it: to be moved would end both.
 * @param {HTMLElement} $list @param {HTMLElement[]} $wanted those that stay, and new ones
 */
export function putAround($list, $wanted) {
  for (const $each of [...$list.children]) if (!$wanted.includes(/** @type {HTMLElement} */ ($each))) $each.remove();
  const $fixed = AT_IT.map((state) => $wanted.find(($each) => $each.matches(state))).find(Boolean) ?? $list.firstElementChild;
  if (!$fixed) return $list.append(...$wanted);
  const at = $wanted.indexOf(/** @type {HTMLElement} */ ($fixed));
  for (let next = at + 1; next < $wanted.length; next++) {
    if ($wanted[next - 1].nextElementSibling !== $wanted[next]) $wanted[next - 1].after($wanted[next]);
  }
  for (let next = at - 1; next >= 0; next--) {
    if ($wanted[next + 1].previousElementSibling !== $wanted[next]) $wanted[next + 1].before($wanted[next]);
  }
}
