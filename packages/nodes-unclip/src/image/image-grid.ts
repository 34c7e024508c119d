import { hasInk, LETTER_HEIGHT, LETTER_WIDTH } from './pixel-font.js';
import type { RgbImage } from './rgb-image.js';

export interface GridOptions {
  readonly columns: number;
  /** Pixels between the images, and around them. */
  readonly gap: number;
  /** Level of the ground, 0..255. */
  readonly ground: number;
  /** Drawn below the image at the same index; nothing where there is none. */
  readonly labels: readonly string[];
}

/** Lays images out row by row, each in the middle of a cell as large as the largest of them. */
export function imageGrid(images: readonly RgbImage[], { columns, gap, ground, labels }: GridOptions): RgbImage {
  const cellWidth = Math.max(...images.map(({ width }) => width));
  const cellHeight = Math.max(...images.map(({ height }) => height));
  const scale = Math.max(Math.floor(cellWidth / 128), 1);
  const labelHeight = labels.some((label) => label !== '') ? (LETTER_HEIGHT + 2) * scale : 0;
  const rows = Math.ceil(images.length / columns);
  const width = gap + columns * (cellWidth + gap);
  const height = gap + rows * (cellHeight + labelHeight + gap);
  const grid = { width, height, data: new Uint8Array(3 * width * height).fill(ground) };
  images.forEach((image, i) => {
    const left = gap + (i % columns) * (cellWidth + gap);
    const top = gap + Math.floor(i / columns) * (cellHeight + labelHeight + gap);
    paste(grid, image, {
      left: left + Math.floor((cellWidth - image.width) / 2),
      top: top + Math.floor((cellHeight - image.height) / 2),
    });
    const text = shorten(labels[i] ?? '', Math.floor(cellWidth / (LETTER_WIDTH * scale)));
    const ink = ground < 128 ? 255 : 0;
    write(grid, text, { left, top: top + cellHeight + 2 * scale, scale, ink });
  });
  return grid;
}

export interface Place {
  readonly left: number;
  readonly top: number;
}

/** Modifies `grid`, which nothing else may reference yet. */
export function paste(grid: RgbImage, { width, height, data }: RgbImage, { left, top }: Place): void {
  for (let y = 0; y < height; y++) {
    grid.data.set(data.subarray(3 * width * y, 3 * width * (y + 1)), 3 * ((top + y) * grid.width + left));
  }
}

/** Writes a line of text, the left end of its top at the place. Changes `grid`. */
export function write(
  grid: RgbImage,
  text: string,
  { left, top, scale, ink }: Place & { readonly scale: number; readonly ink: number },
): void {
  [...text].forEach((letter, index) => {
    for (let y = 0; y < LETTER_HEIGHT * scale; y++) {
      for (let x = 0; x < LETTER_WIDTH * scale; x++) {
        if (!hasInk(letter, Math.floor(x / scale), Math.floor(y / scale))) continue;
        const pixel = (top + y) * grid.width + left + index * LETTER_WIDTH * scale + x;
        grid.data.fill(ink, 3 * pixel, 3 * pixel + 3);
      }
    }
  });
}

/** Cuts a text to as many letters as there is room for. */
export function shorten(text: string, room: number): string {
  const letters = [...text];
  return letters.length <= room ? text : `${letters.slice(0, Math.max(room - 2, 0)).join('')}..`;
}
