/** The link to the other language: it takes what the address names with it, such as the draft that is open. */

export default class LanguageSwitch {
  /** @param {HTMLAnchorElement} root */
  constructor(root) {
    this.root = root;
    this.follow = () => void (this.root.hash = location.hash);
  }

  start() {
    this.root.addEventListener('click', this.follow);
  }

  stop() {
    this.root.removeEventListener('click', this.follow);
  }
}
