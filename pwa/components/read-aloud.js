/** Reads a guide aloud with the phone's own voice, where it has one for the page's language. */

import { button } from '../element.js';
import { language, text } from '../text.js';

export default class ReadAloud {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.button = button(text('app.read-aloud'), () => this.toggle(), { class: 'button button-plain no-print', 'aria-pressed': 'false' });
    this.offer = () => this.show();
    this.hush = () => speechSynthesis.cancel();
  }

  start() {
    const voices = window.speechSynthesis;
    if (!voices || this.button.isConnected) return;
    voices.addEventListener?.('voiceschanged', this.offer);
    window.addEventListener('pagehide', this.hush);
    this.show();
  }

  stop() {
    window.speechSynthesis?.removeEventListener?.('voiceschanged', this.offer);
    window.removeEventListener('pagehide', this.hush);
    window.speechSynthesis?.cancel();
    this.button.remove();
  }

  /** Voices come late; a button without a voice would promise too much. */
  show() {
    const hasVoice = speechSynthesis.getVoices().some(({ lang }) => lang.toLowerCase().startsWith(language()));
    if (hasVoice && !this.button.isConnected) this.root.querySelector('h1')?.after(this.button);
  }

  toggle() {
    const isReading = speechSynthesis.speaking;
    speechSynthesis.cancel();
    this.say(!isReading);
    // Long speeches are cut by Chrome, so each paragraph is one.
    if (!isReading) for (const part of this.root.querySelectorAll('h1, h2, p, li, tr')) this.speak(part);
  }

  /** @param {Element} part */
  speak(part) {
    const speech = new SpeechSynthesisUtterance(part.textContent ?? '');
    speech.lang = language();
    speech.onend = () => this.say(speechSynthesis.pending);
    speechSynthesis.speak(speech);
  }

  /** @param {boolean} isReading */
  say(isReading) {
    this.button.textContent = text(isReading ? 'app.read-aloud.stop' : 'app.read-aloud');
    this.button.setAttribute('aria-pressed', String(isReading));
  }
}
