/** The four corners of a paper on its photograph, each a handle that is dragged, or moved with the arrow keys. */

import { element } from '../element.js';
import { text } from '../text.js';

/** @import {Point, Quad} from './planes.js' */

const SVG = 'http://www.w3.org/2000/svg';
const [STEP, STRIDE] = [0.005, 0.05]; // of the picture for an arrow key, and with Shift
const LEAST = 0.005; // of the picture, between three corners twice
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class CornerEditor {
  /** @param {{width: number, height: number, corners: Quad}} photograph @param {string} url of its preview */
  constructor({ width, height, corners }, url) {
    this.size = { width, height };
    /** In parts of the picture's width and height. @type {Point[]} */
    this.places = corners.map(({ x, y }) => inside({ x: x / (width - 1), y: y / (height - 1) }));
    this.outline = document.createElementNS(SVG, 'polygon');
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 100 100');
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    svg.append(this.outline);
    this.said = element('p', { class: 'visually-hidden', role: 'status' });
    this.picture = element('img', { src: url, alt: '', draggable: 'false' });
    this.handles = this.places.map((_, n) => this.handle(n));
    // Inside of an application a screen reader leaves the arrow keys to the page.
    this.node = element('div', { class: 'photo-stage', role: 'application', 'aria-label': text('photo.corners') },
      this.picture, svg, ...this.handles, this.said);
    this.draw();
  }

  /** Where the corners are now, in pixels. @returns {Quad} */
  corners() {
    const { width, height } = this.size;
    return /** @type {Quad} */ (this.places.map(({ x, y }) => ({ x: x * (width - 1), y: y * (height - 1) })));
  }

  /** @param {number} n */
  handle(n) {
    const handle = element('button', { type: 'button', class: 'photo-corner', 'data-corner': n + 1 });
    handle.addEventListener('keydown', (event) => this.pressed(event, n));
    handle.addEventListener('pointerdown', (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener('pointermove', (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const { left, top, width, height } = this.node.getBoundingClientRect();
      this.move(n, { x: (event.clientX - left) / width, y: (event.clientY - top) / height });
    });
    return handle;
  }

  /** @param {KeyboardEvent} event @param {number} n */
  pressed(event, n) {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const step = event.shiftKey ? STRIDE : STEP;
    const { x, y } = this.places[n];
    this.move(n, { x: x + arrow[0] * step, y: y + arrow[1] * step });
    this.said.textContent = this.where(n);
  }

  /** A corner stops where the four would be none of a sheet any more. @param {number} n @param {Point} place */
  move(n, place) {
    const places = this.places.map((old, at) => (at === n ? inside(place) : old));
    if (isSheet(this.places) && !isSheet(places)) return;
    this.places = places;
    this.draw();
  }

  draw() {
    this.outline.setAttribute('points', this.places.map(({ x, y }) => `${x * 100},${y * 100}`).join(' '));
    this.handles.forEach((handle, n) => {
      Object.assign(handle.style, { left: `${this.places[n].x * 100}%`, top: `${this.places[n].y * 100}%` });
      handle.setAttribute('aria-label', `${text(`photo.corner.${n + 1}`)}, ${this.where(n)}`);
    });
  }

  /** @param {number} n */
  where(n) {
    const [x, y] = [this.places[n].x, this.places[n].y].map((part) => Math.round(part * 100));
    return text('photo.corner.at', { x, y });
  }
}

/** @param {Point} place */
const inside = ({ x, y }) => ({ x: Math.min(Math.max(x, 0), 1), y: Math.min(Math.max(y, 0), 1) });

/** Whether an outline turns the same way at every corner. @param {Point[]} places */
const isSheet = (places) => places.every((one, n) => {
  const [two, three] = [places[(n + 1) % 4], places[(n + 2) % 4]];
  return (two.x - one.x) * (three.y - two.y) - (two.y - one.y) * (three.x - two.x) > LEAST;
});
