/**
 * One photograph from the camera to what will be sent of it: aim, put the corners right, look at the result, accept.
 * Nothing of it stays when the person leaves or the phone locks.
 */

import { button, element } from '../element.js';
import { hasText, text } from '../text.js';
import { kilobytes } from '../words.js';
import { CameraView } from './camera-view.js';
import { CornerEditor } from './corner-editor.js';
import { Darkroom } from './darkroom.js';
import { inspect } from './image-limits.js';
import { PAPERS } from './paper-kinds.js';

/** @import {Quad} from './planes.js' */
/** @import {Opened} from './workbench.js' */
/** @typedef {{type: string, bytes: Uint8Array<ArrayBuffer>, width: number, height: number, name?: string}} Taken */

const PLAIN = { class: 'button button-plain' };

export class PhotoDialog {
  /** @param {{kind: import('./paper-kinds.js').PaperKind, paper: string}} asked `paper` is what people call it */
  constructor({ kind, paper }) {
    this.kind = kind;
    this.paper = paper;
    this.darkroom = new Darkroom();
    /** @type {CameraView | undefined} */
    this.camera = undefined;
    /** @type {Opened | undefined} */
    this.opened = undefined;
    /** @type {string[]} */
    this.urls = [];
    this.body = element('div', { class: 'stack' });
    this.trouble = element('p', { class: 'error', role: 'alert' });
    this.node = element('dialog', { class: 'photo-dialog', 'aria-labelledby': 'photo-title', close: () => this.done(null) },
      element('h2', { id: 'photo-title', tabindex: -1 }, text('photo.title', { paper })), this.trouble, this.body);
    this.locking = () => this.node.close();
    /** @type {(taken: Taken | null) => void} */
    this.done = () => {};
  }

  /** Ask for a photograph; null when the person left without one. @param {Element} place @returns {Promise<Taken | null>} */
  async ask(place) {
    place.append(this.node);
    this.node.showModal();
    document.addEventListener('rantau:locking', this.locking);
    this.darkroom.start();
    const taken = new Promise((/** @type {(taken: Taken | null) => void} */ resolve) => (this.done = resolve));
    void this.aim();
    return taken.finally(() => this.stop());
  }

  stop() {
    document.removeEventListener('rantau:locking', this.locking);
    this.leaveCamera();
    this.darkroom.stop();
    for (const url of this.urls) URL.revokeObjectURL(url);
    this.node.remove();
  }

  /** The first step: the camera, and files beside it or instead; whoever is not asked, or not yet, needs no camera. */
  async aim() {
    const camera = new CameraView(PAPERS[this.kind].ratio);
    this.leaveCamera();
    this.camera = camera;
    const [status, buttons, chooser] = [element('p', { role: 'status' }, text('photo.bringing')), this.buttons(), this.chooser()];
    this.show('aim', status, buttons, chooser);
    const isThere = await camera.start().then(() => true, () => false);
    if (this.camera !== camera) return;
    if (isThere) {
      const take = button(text('photo.take'), () => this.take(camera), { 'data-action': 'take' });
      status.replaceWith(element('p', { class: 'hint' }, text('photo.guide')), camera.node);
      buttons.prepend(take);
      if (!chooser.contains(document.activeElement)) take.focus();
    } else {
      status.replaceWith(element('p', { class: 'notice' }, text('photo.no-camera')), this.chooser('image/*', 'environment'));
      chooser.after(buttons);
    }
  }

  /** @param {CameraView} camera */
  take(camera) {
    return this.working(async () => {
      const picture = await camera.take();
      this.leaveCamera();
      await this.open(picture);
    });
  }

  /** @param {File} file */
  choose(file) {
    return this.working(async () => {
      this.leaveCamera();
      const { kind } = await inspect(file);
      if (kind !== 'pdf') return this.open(file);
      const bytes = new Uint8Array(await file.arrayBuffer());
      this.show('look', element('p', {}, text('photo.pdf')), this.sizeLine(bytes.length),
        this.buttons(this.accept({ type: 'application/pdf', bytes, width: 0, height: 0, name: file.name }), this.again()));
    });
  }

  /** @param {Blob | ImageBitmap} source */
  async open(source) {
    this.opened = await this.darkroom.open(source);
    await this.place(this.opened);
  }

  /** The second step: where the paper's corners are. @param {Opened} opened */
  async place(opened) {
    const editor = new CornerEditor(opened, this.url(opened.preview));
    await sized(editor.picture);
    const next = button(text('photo.next'), () => this.look(editor.corners()), { 'data-action': 'next' });
    this.show('corners', element('p', { class: 'hint' }, text(opened.isFound ? 'photo.corners.hint' : 'photo.corners.not-found')),
      editor.node, this.buttons(next, this.again()));
    next.focus();
  }

  /** The third step: what will be sent. @param {Quad} corners */
  look(corners) {
    return this.working(async () => {
      const made = await this.darkroom.make({ corners, kind: this.kind });
      const place = () => this.opened && this.place({ ...this.opened, corners });
      const use = this.accept(made);
      const picture = element('img', { class: 'photo-result', src: this.url(new Blob([made.bytes], { type: made.type })), alt: text('photo.look.alt', { paper: this.paper }), width: made.width, height: made.height });
      await sized(picture);
      this.show('look', element('p', {}, text('photo.look')), picture,
        this.sizeLine(made.bytes.length),
        element('p', { class: `notice ${made.isSharp ? 'good' : 'urgent'}`, 'data-sharp': String(made.isSharp) }, text(made.isSharp ? 'photo.sharp' : 'photo.unsharp')),
        this.buttons(use, button(text('photo.rotate'), () => this.look(turned(corners)), { ...PLAIN, 'data-action': 'rotate' }),
          button(text('photo.corners.again'), place, { ...PLAIN, 'data-action': 'corners' }), this.again()));
      use.focus();
    });
  }

  /** Whatever goes wrong is said, and the person is back at the first step. @param {() => Promise<void>} work */
  async working(work) {
    this.trouble.textContent = '';
    const status = element('p', { role: 'status', 'data-working': true }, text('photo.working'));
    this.body.prepend(status);
    for (const each of this.body.querySelectorAll('button:not([data-action=cancel]), input')) /** @type {HTMLButtonElement} */ (each).disabled = true;
    this.node.querySelector('h2')?.focus();
    try {
      await work();
    } catch (error) {
      if (!this.node.isConnected) return;
      const key = `photo.problem.${/** @type {any} */ (error).reason}`;
      this.trouble.textContent = text(hasText(key) ? key : 'photo.failed');
      await this.aim();
    }
  }

  /** @param {string} step @param {...(Node | null)} parts */
  show(step, ...parts) {
    this.node.dataset.step = step;
    this.body.replaceChildren(...parts.filter((part) => part !== null));
    this.node.scrollTop = 0;
  }

  /** @param {...Node} more */
  buttons(...more) {
    const leave = button(text('photo.cancel'), () => this.node.close(), { ...PLAIN, 'data-action': 'cancel' });
    return element('div', { class: 'cluster' }, ...more, leave);
  }

  again() {
    return button(text('photo.again'), () => this.aim(), { ...PLAIN, 'data-action': 'again' });
  }

  /** @param {Taken} taken */
  accept({ type, bytes, width, height, name }) {
    const act = () => {
      this.done({ type, bytes, width, height, ...(name && { name }) });
      this.node.close();
    };
    return button(text('photo.use'), act, { 'data-action': 'use' });
  }

  /** A way to give a file; with `capture` the phone's own camera makes it. @param {string} accept @param {string} [capture] */
  chooser(accept = 'image/*,application/pdf', capture = undefined) {
    const input = element('input', { type: 'file', accept, capture, id: capture ? 'photo-capture' : 'photo-file' });
    input.addEventListener('change', () => input.files?.[0] && this.choose(input.files[0]));
    return element('div', { class: 'field' }, element('label', { for: input.id }, text(capture ? 'photo.add' : 'photo.choose')), input);
  }

  /** @param {number} bytes */
  sizeLine(bytes) {
    return element('p', { 'data-bytes': bytes }, element('strong', {}, text('photo.size', { size: kilobytes(bytes) })));
  }

  /** @param {Blob} blob */
  url(blob) {
    const url = URL.createObjectURL(blob);
    this.urls.push(url);
    return url;
  }

  leaveCamera() {
    this.camera?.stop();
    this.camera = undefined;
  }
}

/** Once a picture is shown, what is to be pressed below it moves no more. @param {HTMLImageElement} picture */
const sized = (picture) => picture.decode?.().catch(() => {});

/** A quarter turn clockwise: what was at the left below comes to the left above. @param {Quad} corners @returns {Quad} */
const turned = ([tl, tr, br, bl]) => [bl, tl, tr, br];
