import { imageGrid, paste, shorten, write } from './image-grid.js';
import { LETTER_HEIGHT, LETTER_WIDTH } from './pixel-font.js';
import type { RgbImage } from './rgb-image.js';

/** One axis of a sweep, as text. */
export interface GridAxis {
  /** The varied param; an axis without a title is not labelled. */
  readonly title: string;
  /** One for each column or row. */
  readonly values: readonly string[];
}

const GAP_PX = 4;
const GROUND = 255;
const INK = 0;
/** Lines below one another, of the height of a letter and this. */
const LINE_GAP = 3;
const MAX_ROW_LABEL_LETTERS = 16;

/**
 * Lays out the cells of a sweep as a table: the values of x above the columns, those of y before the rows, each axis
 * with its title. A cell with several images shows them side by side.
 *
 * @param cells row by row, as many as the axes have values; each contains one image or more
 */
export function sweepGrid(cells: readonly (readonly RgbImage[])[], x: GridAxis, y: GridAxis): RgbImage {
  const images = cells.map(oneImage);
  const cell = {
    width: Math.max(...images.map(({ width }) => width)),
    height: Math.max(...images.map(({ height }) => height)),
  };
  const scale = Math.max(Math.floor(cell.width / 128), 1);
  const letter = { width: LETTER_WIDTH * scale, line: (LETTER_HEIGHT + LINE_GAP) * scale };
  const columns = x.values.length;
  const rowLabels = [y.title, ...y.values].map((text) => shorten(text, MAX_ROW_LABEL_LETTERS));
  const head = {
    width: y.title === '' ? 0 : Math.max(...rowLabels.map((text) => text.length)) * letter.width + GAP_PX,
    height: x.title === '' && y.title === '' ? 0 : 2 * letter.line + GAP_PX,
  };
  const width = GAP_PX + head.width + columns * (cell.width + GAP_PX);
  const height = GAP_PX + head.height + (images.length / columns) * (cell.height + GAP_PX);
  const grid = { width, height, data: new Uint8Array(3 * width * height).fill(GROUND) };
  const draw = (text: string, left: number, top: number, room: number) =>
    write(grid, shorten(text, Math.floor(room / letter.width)), { left, top, scale, ink: INK });
  const left = (column: number) => GAP_PX + head.width + column * (cell.width + GAP_PX);
  const top = (row: number) => GAP_PX + head.height + row * (cell.height + GAP_PX);

  draw(x.title, left(0), GAP_PX, width - left(0) - GAP_PX);
  if (x.title !== '') {
    for (const [i, value] of x.values.entries()) draw(value, left(i), GAP_PX + letter.line, cell.width);
  }
  if (y.title !== '') {
    draw(rowLabels[0] ?? '', GAP_PX, GAP_PX + letter.line, head.width);
    for (const [i, label] of rowLabels.slice(1).entries()) draw(label, GAP_PX, top(i), head.width);
  }
  images.forEach((image, i) => {
    paste(grid, image, {
      left: left(i % columns) + Math.floor((cell.width - image.width) / 2),
      top: top(Math.floor(i / columns)) + Math.floor((cell.height - image.height) / 2),
    });
  });
  return grid;
}

function oneImage(images: readonly RgbImage[]): RgbImage {
  const [first] = images;
  if (first === undefined) throw new Error('Internal error: a cell of a sweep without an image');
  if (images.length === 1) return first;
  const columns = Math.ceil(Math.sqrt(images.length));
  return imageGrid(images, { columns, gap: 1, ground: GROUND, labels: [] });
}
