/** The phone's camera on the page, with a frame of the paper's shape to aim with; the picture never is a file. */

import { element } from '../element.js';

const FRAME = 0.88; // of the camera's picture that the paper should fill
const PATIENCE = 5000; // milliseconds until a camera that takes no photograph gives what it shows
/** The sharpest that it has, of the camera at the back. */
const WANTED = { video: { facingMode: 'environment', width: { ideal: 4096 }, height: { ideal: 2160 } }, audio: false };

/** @typedef {{takePhoto(): Promise<Blob>}} Shutter */

export class CameraView {
  /** @param {number | null} ratio of the paper, width by height */
  constructor(ratio) {
    this.ratio = ratio;
    this.video = element('video', { playsinline: true, 'aria-hidden': 'true' });
    this.video.muted = true;
    this.frame = element('div', { class: 'photo-frame' });
    this.node = element('div', { class: 'photo-stage' }, this.video, ratio ? this.frame : null);
    this.video.addEventListener('resize', () => this.fit());
    /** @type {MediaStream | undefined} */
    this.stream = undefined;
    this.isStopped = false;
  }

  /** Show what the camera sees. Rejects where there is none, or the person allows none. */
  async start() {
    if (!navigator.mediaDevices?.getUserMedia) throw new TypeError('no camera');
    const stream = await navigator.mediaDevices.getUserMedia(WANTED);
    this.stream = stream;
    if (this.isStopped) return this.stop();
    this.video.srcObject = stream;
    await this.video.play();
    this.fit();
  }

  /** Let go of the camera. Safe to call twice. */
  stop() {
    this.isStopped = true;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
  }

  /** Take the picture: at the camera's own resolution where the browser gives it. @returns {Promise<Blob | ImageBitmap>} */
  async take() {
    const [track] = this.stream?.getVideoTracks() ?? [];
    const Capture = /** @type {{new (track: MediaStreamTrack): Shutter} | undefined} */ (/** @type {any} */ (window).ImageCapture);
    if (Capture && track) {
      const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
      const photo = await Promise.race([new Capture(track).takePhoto(), late]).catch(() => null);
      if (photo instanceof Blob && photo.size) return photo;
    }
    return createImageBitmap(this.video);
  }

  /** The frame is the largest of its shape; a phone held upright sees a lying paper smaller, so the paper may stand. */
  fit() {
    const { videoWidth, videoHeight } = this.video;
    if (!this.ratio || !videoWidth) return;
    const view = videoWidth / videoHeight;
    const isLying = view >= 1;
    const ratio = (this.ratio >= 1) === isLying ? this.ratio : 1 / this.ratio;
    const [width, height] = ratio > view ? [FRAME, (FRAME * view) / ratio] : [(FRAME * ratio) / view, FRAME];
    Object.assign(this.frame.style, { inlineSize: `${width * 100}%`, blockSize: `${height * 100}%` });
  }
}
