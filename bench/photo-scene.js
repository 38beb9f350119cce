/**
 * Papers that nobody was ever given, and photographs of them as a cheap phone takes them: at a slant, on a table, in the
 * shadow of a hand, not quite sharp, with noise. The same seed gives the same photograph.
 */

const LETTER = 32; // pixels of a letter's height, which the reader wants, whatever it is given
const PHOTO = { width: 2400, height: 1800 };
const SHAPES = { ktp: [85.6, 53.98, 20], kk: [297, 210, 9], akta: [210, 297, 9] }; // mm, mm, pixels a mm
const SYLLABLES = ['BA', 'RI', 'NU', 'SO', 'LE', 'TA', 'MI', 'DU', 'KA', 'RO', 'PE', 'LA', 'SU', 'WI', 'JA', 'NO'];

/** Numbers from 0 to 1 (mulberry32). */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const between = (next, low, high) => low + (high - low) * next();
const digits = (next, count) => Array.from({ length: count }, () => Math.floor(next() * 10)).join('');
// No region begins with 99: nobody has such a number.
const newNik = (next) => `99${digits(next, 14)}`;
const word = (next) => Array.from({ length: 2 + Math.floor(next() * 2) }, () => SYLLABLES[Math.floor(next() * 16)]).join('');
const name = (next) => `${word(next)} ${word(next)}`;
const day = (next) => `${digits(next, 1)}${1 + Math.floor(next() * 8)}-0${1 + Math.floor(next() * 8)}-19${digits(next, 2)}`;

/** A canvas on which is drawn in millimetres. */
function sheet(kind, ground) {
  const [width, height, scale] = SHAPES[kind];
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.scale(scale, scale);
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#1a1a1c';
  const write = (text, x, y, size, font = 'sans-serif') => {
    context.font = `${size}px ${font}`;
    context.fillText(text, x, y);
  };
  return { canvas, context, write };
}

const PAPERS = {
  ktp(next) {
    const { canvas, context, write } = sheet('ktp', '#a9cfe6');
    context.lineWidth = 0.12;
    for (let y = -40; y < 60; y += 0.9) { // the fine pattern of the card
      context.strokeStyle = y % 2 ? 'rgb(110 160 205 / .5)' : 'rgb(200 225 215 / .6)';
      context.beginPath();
      for (let x = 0; x <= 86; x += 1) context.lineTo(x, y + 3 * Math.sin(x / 7 + y / 9) + x / 4);
      context.stroke();
    }
    write('PROVINSI CONTOH', 29, 5, 3.1, 'bold sans-serif');
    write('KABUPATEN CONTOH', 28, 8.6, 3.1, 'bold sans-serif');
    const nik = newNik(next);
    write('NIK', 3, 14, 3.6, 'bold sans-serif');
    write(`: ${nik}`, 16, 14, 3.9, 'bold monospace');
    const rows = [['Nama', name(next)], ['Tempat/Tgl Lahir', `${word(next)}, ${day(next)}`], ['Jenis Kelamin', 'PEREMPUAN'],
      ['Alamat', `JL. ${name(next)} ${digits(next, 2)}`], ['  RT/RW', `0${digits(next, 2)}/0${digits(next, 2)}`], ['  Kel/Desa', word(next)],
      ['  Kecamatan', word(next)], ['Agama', 'ISLAM'], ['Status Perkawinan', 'KAWIN'], ['Pekerjaan', 'PETANI'], ['Kewarganegaraan', 'WNI'], ['Berlaku Hingga', 'SEUMUR HIDUP']];
    rows.forEach(([label, value], at) => (write(label, 3, 18.4 + at * 2.85, 2.2), write(`: ${value}`, 21, 18.4 + at * 2.85, 2.2)));
    context.fillStyle = '#b5202a';
    context.fillRect(63, 13, 20, 26);
    context.fillStyle = '#d9b08c';
    context.beginPath();
    context.ellipse(73, 24, 5, 6.6, 0, 0, 7);
    context.fill();
    context.fillStyle = '#2a2a33';
    context.fillRect(65, 32, 16, 7);
    return { canvas, niks: [nik], region: [2, 9.6, 62, 6.6], letter: 2.8 };
  },

  kk(next) {
    const { canvas, context, write } = sheet('kk', '#f7f6f0');
    write('KARTU KELUARGA', 112, 20, 8, 'bold sans-serif');
    write(`No. 99${digits(next, 14)}`, 118, 28, 5.5, 'sans-serif');
    [['Nama Kepala Keluarga', name(next)], ['Alamat', `JL. ${name(next)}`], ['RT/RW', '002/005'], ['Kode Pos', digits(next, 5)]].forEach(([label, value], at) =>
      (write(label, 14, 38 + at * 5, 3), write(`: ${value}`, 52, 38 + at * 5, 3)));
    [['Desa/Kelurahan', word(next)], ['Kecamatan', word(next)], ['Kabupaten/Kota', 'CONTOH'], ['Provinsi', 'CONTOH']].forEach(([label, value], at) =>
      (write(label, 190, 38 + at * 5, 3), write(`: ${value}`, 225, 38 + at * 5, 3)));
    const count = 4 + Math.floor(next() * 3);
    const niks = Array.from({ length: count }, () => newNik(next));
    const table = (top, heads, columns, cells) => {
      context.lineWidth = 0.25;
      for (let row = 0; row <= 11; row++) context.strokeRect(12, top, 273, 9 + Math.max(row - 0, 0) * 0);
      context.beginPath();
      for (let row = 0; row <= 10; row++) (context.moveTo(12, top + 9 + row * 5), context.lineTo(285, top + 9 + row * 5));
      for (const x of columns) (context.moveTo(x, top), context.lineTo(x, top + 59));
      context.stroke();
      heads.forEach((head, at) => write(head, columns[at] + 1, top + 6, 2.6, 'bold sans-serif'));
      for (let row = 0; row < 10; row++) {
        write(String(row + 1), columns[0] + 2, top + 12.7 + row * 5, 2.9);
        (cells[row] ?? []).forEach((cell, at) => write(cell, columns[at + 1] + 1, top + 12.7 + row * 5, 2.9));
      }
    };
    table(60, ['No', 'Nama Lengkap', 'NIK', 'Jenis Kelamin', 'Tempat Lahir', 'Tanggal Lahir', 'Agama', 'Pendidikan', 'Jenis Pekerjaan'],
      [12, 20, 72, 112, 140, 168, 193, 212, 246, 285], niks.map((nik, at) => [name(next), nik, at % 2 ? 'PEREMPUAN' : 'LAKI-LAKI', word(next), day(next), 'ISLAM', 'SLTA/SEDERAJAT', 'PETANI/PEKEBUN']));
    table(124, ['No', 'Status Perkawinan', 'Hubungan Keluarga', 'Kewarganegaraan', 'No. Paspor', 'No. KITAP', 'Ayah', 'Ibu'],
      [12, 20, 62, 110, 146, 172, 196, 240, 285], niks.map((_, at) => [at < 2 ? 'KAWIN' : 'BELUM KAWIN', at ? 'ANAK' : 'KEPALA KELUARGA', 'WNI', '-', '-', name(next), name(next)]));
    write(`Dikeluarkan Tanggal : ${day(next)}`, 14, 190, 3);
    write('KEPALA KELUARGA', 110, 190, 3);
    write('KEPALA DINAS KEPENDUDUKAN', 210, 190, 3);
    const block = 0.75; // a square code as those sheets carry
    for (let at = 0; at < 33 * 33; at++) if (next() < 0.5) context.fillRect(180 + (at % 33) * block, 182 + Math.floor(at / 33) * block, block, block);
    return { canvas, niks, region: [72.6, 69.2, 39, count * 5 - 0.2], letter: 2.1 };
  },

  akta(next) {
    const { canvas, context, write } = sheet('akta', '#f6f3ea');
    context.lineWidth = 0.8;
    context.strokeRect(12, 12, 186, 273);
    write('REPUBLIK INDONESIA', 70, 40, 6, 'bold sans-serif');
    write('PENCATATAN SIPIL', 78, 50, 5, 'bold sans-serif');
    write('KUTIPAN AKTA KELAHIRAN', 58, 66, 7, 'bold serif');
    write(`Nomor 9912-LT-${digits(next, 8)}-${digits(next, 4)}`, 62, 78, 4.5, 'serif');
    [`Berdasarkan Akta Kelahiran Nomor 9912-LT-${digits(next, 8)} menurut stbld.`, `bahwa di ${word(next)} pada tanggal ${day(next)} telah lahir`, `${name(next)}`,
      `anak ke ${1 + Math.floor(next() * 4)}, perempuan, dari suami-istri`, `${name(next)} dan ${name(next)}`, `Kutipan ini dikeluarkan di ${word(next)}`, `pada tanggal ${day(next)}`,
      'Pejabat Pencatatan Sipil', `${name(next)}`].forEach((line, at) => write(line, 26, 100 + at * 14, 4.6, 'serif'));
    const block = 0.8;
    for (let at = 0; at < 29 * 29; at++) if (next() < 0.5) context.fillRect(26 + (at % 29) * block, 240 + Math.floor(at / 29) * block, block, block);
    return { canvas, niks: [], region: [0, 0, 210, 297], letter: 3.3 };
  },
};

/** The matrix that takes the unit square to a quadrilateral (Heckbert 1989, §2.2.3), and what inverts it. */
function squareTo([p0, p1, p2, p3]) {
  const [dx1, dx2, dx3] = [p1[0] - p2[0], p3[0] - p2[0], p0[0] - p1[0] + p2[0] - p3[0]];
  const [dy1, dy2, dy3] = [p1[1] - p2[1], p3[1] - p2[1], p0[1] - p1[1] + p2[1] - p3[1]];
  const det = dx1 * dy2 - dx2 * dy1;
  const [g, h] = [(dx3 * dy2 - dx2 * dy3) / det, (dx1 * dy3 - dx3 * dy1) / det];
  return [p1[0] - p0[0] + g * p1[0], p3[0] - p0[0] + h * p3[0], p0[0], p1[1] - p0[1] + g * p1[1], p3[1] - p0[1] + h * p3[1], p0[1], g, h, 1];
}
const inverse = ([a, b, c, d, e, f, g, h, i]) =>
  [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d];
const through = ([a, b, c, d, e, f, g, h, i], x, y) => {
  const w = g * x + h * y + i;
  return [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
};

/** Where the corners of the paper lie on the photograph: nearly filling it, turned and at a slant. */
function aimed(kind, next) {
  const [mmWide, mmHigh] = SHAPES[kind];
  const lying = mmWide >= mmHigh;
  const photo = lying ? PHOTO : { width: PHOTO.height, height: PHOTO.width };
  const fill = between(next, 0.8, 0.9);
  const scale = Math.min((photo.width * fill) / mmWide, (photo.height * fill) / mmHigh);
  const [w, h] = [(mmWide * scale) / 2, (mmHigh * scale) / 2];
  const turn = between(next, -0.045, 0.045); // radians
  const [cx, cy] = [photo.width / 2 + between(next, -25, 25), photo.height / 2 + between(next, -25, 25)];
  const corners = [[-w, -h], [w, -h], [w, h], [-w, h]].map(([x, y]) => [
    cx + x * Math.cos(turn) - y * Math.sin(turn) + between(next, -0.035, 0.035) * w, cy + x * Math.sin(turn) + y * Math.cos(turn) + between(next, -0.035, 0.035) * h]);
  return { photo, corners };
}

/** Photograph a paper. Gives the canvas, the numbers on it, and the part of the photograph where they stand. */
function photograph(kind, seed) {
  const next = random(seed * 7919 + kind.length * 104729);
  const paper = PAPERS[kind](next);
  const { photo: { width, height }, corners } = aimed(kind, next);
  const to = squareTo(corners);
  const back = inverse(to);
  const source = paper.canvas.getContext('2d').getImageData(0, 0, paper.canvas.width, paper.canvas.height);
  const table = [between(next, 50, 105), between(next, 45, 85), between(next, 40, 75)];
  const light = { angle: next() * 6.28, slope: between(next, 0.1, 0.3), edge: between(next, -0.4, 0.4), depth: between(next, 0.25, 0.5), soft: between(next, 0.04, 0.12), turn: next() * 6.28 };
  const made = new ImageData(width, height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const w = back[6] * x + back[7] * y + back[8];
      const u = (back[0] * x + back[1] * y + back[2]) / w;
      const v = (back[3] * x + back[4] * y + back[5]) / w;
      const [nx, ny] = [x / width - 0.5, y / height - 0.5];
      const shadow = 1 / (1 + Math.exp(-(nx * Math.cos(light.turn) + ny * Math.sin(light.turn) - light.edge) / light.soft));
      const lit = (0.92 + light.slope * (nx * Math.cos(light.angle) + ny * Math.sin(light.angle))) * (1 - light.depth * shadow);
      if (u >= 0 && u < 1 && v >= 0 && v < 1) bilinear(source, u * source.width - 0.5, v * source.height - 0.5, lit, made.data, at);
      else for (let c = 0; c < 3; c++) made.data[at + c] = (table[c] + 9 * Math.sin(y / 23 + 2 * Math.sin(x / 170))) * lit;
      made.data[at + 3] = 255;
    }
  }
  const [mmWide, mmHigh] = SHAPES[kind];
  const [left, top, wide, high] = paper.region;
  const region = [[left, top], [left + wide, top], [left + wide, top + high], [left, top + high]].map(([x, y]) => through(to, x / mmWide, y / mmHigh));
  return { canvas: spoilt(made, next), niks: paper.niks, region, corners, letter: paper.letter / wide };
}

function bilinear({ width, height, data }, x, y, lit, to, at) {
  const left = Math.min(Math.max(x, 0), width - 1.001);
  const top = Math.min(Math.max(y, 0), height - 1.001);
  const [x0, y0] = [Math.floor(left), Math.floor(top)];
  const [fx, fy] = [left - x0, top - y0];
  const from = (y0 * width + x0) * 4;
  for (let c = 0; c < 3; c++) {
    const upper = data[from + c] * (1 - fx) + data[from + 4 + c] * fx;
    const lower = data[from + width * 4 + c] * (1 - fx) + data[from + width * 4 + 4 + c] * fx;
    to[at + c] = (upper * (1 - fy) + lower * fy) * lit;
  }
}

/** Out of focus a little, and noisy. */
function spoilt(image, next) {
  const sharp = new OffscreenCanvas(image.width, image.height);
  sharp.getContext('2d').putImageData(image, 0, 0);
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.filter = `blur(${between(next, 0.5, 1.5).toFixed(2)}px)`;
  context.drawImage(sharp, 0, 0);
  const blurred = context.getImageData(0, 0, image.width, image.height);
  const strength = between(next, 8, 22);
  let state = Math.floor(next() * 2 ** 32);
  for (let at = 0; at < blurred.data.length; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // The sum of four even numbers is nearly a normal one.
    const noise = (((state & 255) + ((state >>> 8) & 255) + ((state >>> 16) & 255) + (state >>> 24)) / 510 - 1) * strength;
    for (let c = 0; c < 3; c++) blurred.data[at + c] += noise;
  }
  context.putImageData(blurred, 0, 0);
  return canvas;
}

/** Where a part of the photograph lies on the straightened picture. */
function straightened(region, corners, { width, height }) {
  const back = inverse(squareTo(corners.map(({ x, y }) => [x, y])));
  return region.map(([x, y]) => through(back, x, y)).map(([u, v]) => [u * width, v * height]);
}

/** The peer: the photograph on a canvas, `longest` pixels long, as a JPEG of at most `bytes`; smaller where no quality does. */
async function plainJpeg(photo, longest, bytes) {
  for (let scale = longest / Math.max(photo.width, photo.height); ; scale *= 0.8) {
    const canvas = new OffscreenCanvas(Math.round(photo.width * scale), Math.round(photo.height * scale));
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(photo, 0, 0, canvas.width, canvas.height);
    let best = null;
    for (let low = 0, high = 1; high - low > 0.01; ) { // the best quality that fits
      const quality = (low + high) / 2;
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
      if (blob.size <= bytes) [best, low] = [blob, quality];
      else high = quality;
    }
    if (best) return Object.assign(best, { scale });
  }
}

/** The upright part around four points, `letter` of whose width is a letter's height; grey, as a PGM in base64. */
async function cropped(source, points, letter) {
  const picture = source instanceof Blob ? await createImageBitmap(source) : source;
  const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const [left, top] = [Math.floor(Math.min(...xs)), Math.floor(Math.min(...ys))];
  const [width, height] = [Math.ceil(Math.max(...xs)) - left, Math.ceil(Math.max(...ys)) - top];
  const enlarged = LETTER / (letter * width);
  const canvas = new OffscreenCanvas(Math.round(width * enlarged), Math.round(height * enlarged));
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.scale(enlarged, enlarged);
  context.drawImage(picture, -left, -top);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let text = `P5 ${canvas.width} ${canvas.height} 255\n`;
  for (let at = 0; at < data.length; at += 4) text += String.fromCharCode(Math.round(data[at] * 0.299 + data[at + 1] * 0.587 + data[at + 2] * 0.114));
  return btoa(text);
}

globalThis.scene = { photograph, straightened, plainJpeg, cropped };
