import { overlaps } from '../catalog/card-boxes.js';
import type { Box, Tint } from '../document/document.js';
import type { CanvasTheme } from './canvas-theme.js';

/** A card as a coloured box with a name. */
export interface FarCard {
  readonly box: Box;
  readonly colour: string;
  readonly title: string;
  /** How much of the card, from its top, title and text may cover. */
  readonly titleRoom: number;
  /** The text that its fields hold, such as a prompt. */
  readonly text: string | undefined;
  readonly isSelected: boolean;
  readonly mark: 'error' | 'running' | undefined;
}

/** A frame or a note. */
export interface FarAnnotation {
  readonly box: Box;
  readonly colour: Tint | undefined;
  readonly title: string;
}

export interface FarScene {
  readonly cards: Iterable<FarCard>;
  readonly k: number;
  readonly screen: Box;
  readonly theme: CanvasTheme;
}

// Below this zoom a title would be smaller than its letters need.
const TITLES_FROM = 0.1;
// The same of a text, of which a few words are no use.
const PROMPTS_FROM = 0.2;

/** Paints cards without elements, with a few fills for all of them; the context is in canvas units. */
export function paintFarCards(g: CanvasRenderingContext2D, { cards, k, screen, theme }: FarScene): void {
  const bodies = new Path2D();
  const heads = new Map<string, Path2D>();
  const outlined: FarCard[] = [];
  const shown = [...cards].filter(({ box }) => overlaps(box, screen));
  const lines = k >= TITLES_FROM ? titleLines(g, shown, k) : undefined;
  for (const [i, card] of shown.entries()) {
    const { box, colour } = card;
    bodies.rect(box.x, box.y, box.width, box.height);
    let head = heads.get(colour);
    if (head === undefined) {
      head = new Path2D();
      heads.set(colour, head);
    }
    const rows = lines?.texts[i]?.length ?? 1;
    head.rect(box.x, box.y, box.width, Math.min(box.height, headHeight(rows, lines?.sizePx ?? MIN_TITLE)));
    if (card.isSelected || card.mark !== undefined) outlined.push(card);
  }
  g.fillStyle = theme.card;
  g.fill(bodies);
  for (const [colour, head] of heads) {
    g.fillStyle = colour;
    g.fill(head);
  }
  for (const { box, isSelected, mark } of outlined) {
    g.lineWidth = (isSelected ? 2.5 : 1.5) / k;
    g.strokeStyle = isSelected ? theme.selection : mark === 'error' ? theme.error : theme.running;
    g.strokeRect(box.x, box.y, box.width, box.height);
  }
  if (lines !== undefined) paintTitles(g, shown, lines);
  if (lines !== undefined && k >= PROMPTS_FROM && shown.length <= MAX_WRAPPED)
    paintPrompts(g, shown, { k, theme, lines });
}

/** An image that is decoded, with its size. */
export interface FarImage {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

/** Paints images into the cells of a grid, each as large as it fits. */
export function paintImages(g: CanvasRenderingContext2D, images: readonly FarImage[], box: Box): void {
  const columns = Math.ceil(Math.sqrt(images.length));
  const rows = Math.ceil(images.length / columns);
  for (const [i, image] of images.entries()) {
    const cell = {
      x: box.x + (box.width / columns) * (i % columns),
      y: box.y + (box.height / rows) * Math.floor(i / columns),
      width: box.width / columns,
      height: box.height / rows,
    };
    const { x, y, width, height } = fitInto(cell, image);
    g.drawImage(image.source, x, y, width, height);
  }
}

/** The largest box of an image's shape in the middle of another. */
export function fitInto(box: Box, image: Pick<Box, 'width' | 'height'>): Box {
  const scale = Math.min(box.width / image.width, box.height / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}

export function paintFarAnnotations(
  g: CanvasRenderingContext2D,
  items: Iterable<FarAnnotation>,
  { k, screen, theme }: Omit<FarScene, 'cards'>,
): void {
  for (const { box, colour, title } of items) {
    if (!overlaps(box, screen)) continue;
    const tint = theme.tints[colour ?? 'grey'];
    g.globalAlpha = 0.18;
    g.fillStyle = tint;
    g.fillRect(box.x, box.y, box.width, box.height);
    g.globalAlpha = 1;
    g.strokeStyle = tint;
    g.lineWidth = 1 / k;
    g.strokeRect(box.x, box.y, box.width, box.height);
    if (k < TITLES_FROM / 2) continue;
    // Names of frames are what one finds one's way by, so they keep their size on the screen.
    g.font = `600 ${14 / k}px system-ui, sans-serif`;
    g.fillStyle = theme.text;
    g.fillText(title, box.x + 8 / k, box.y + 20 / k, box.width);
  }
}

interface TitleLines {
  readonly sizePx: number;
  /** Of each card. */
  readonly texts: readonly (readonly string[])[];
}

// Around the lines.
const HEAD_SPACE = 20;
const headHeight = (lines: number, sizePx: number) => lines * sizePx + HEAD_SPACE;
const MIN_TITLE = 32;
const MAX_TITLE = 56;
const TITLE_STEP = 8;
const READABLE_PX = 10;
const PROMPT_PX = 9;
const LINE = 1.2;
const MAX_LINES = 3;
// With more cards on the screen than this, each frame has only time for one line of each.
const MAX_WRAPPED = 150;

/** Lines by size, width and title: to measure texts takes longer than to paint them. */
const wrapped = new Map<string, readonly string[]>();
const MAX_REMEMBERED = 2000;

/** Titles grow as the graph gets smaller, and take several lines then. */
function titleLines(g: CanvasRenderingContext2D, cards: readonly FarCard[], k: number): TitleLines {
  const wanted = Math.round(READABLE_PX / k / TITLE_STEP) * TITLE_STEP;
  const isMany = cards.length > MAX_WRAPPED;
  const sizePx = isMany ? MIN_TITLE : Math.min(MAX_TITLE, Math.max(MIN_TITLE, wanted));
  g.font = `600 ${sizePx}px system-ui, sans-serif`;
  const texts = cards.map(({ title, box, titleRoom }) => {
    if (isMany) return [title];
    const width = box.width - 24;
    const key = `${sizePx} ${width} ${title}`;
    const lines = wrapText(title, { key, fits: (line) => g.measureText(line).width <= width });
    // What has no room for all of its lines has one, which is squeezed.
    return headHeight(lines.length, sizePx) <= titleRoom ? lines : [title];
  });
  return { sizePx, texts };
}

interface Wrapping {
  readonly key: string;
  readonly fits: (line: string) => boolean;
  /** So many lines. */
  readonly room?: number;
}

function wrapText(text: string, { key, fits, room = MAX_LINES }: Wrapping) {
  const known = wrapped.get(key);
  if (known !== undefined) return known;
  const lines = firstLines(wrapWords(text, fits), room);
  if (wrapped.size >= MAX_REMEMBERED) wrapped.clear();
  wrapped.set(key, lines);
  return lines;
}

/** The last one says that more follow. */
function firstLines(lines: readonly string[], room: number): readonly string[] {
  return lines.length <= room ? lines : lines.slice(0, room).map((line, i) => (i === room - 1 ? `${line} …` : line));
}

/** Splits a text between words so that each line fits; a word that is too long stands alone. */
export function wrapWords(text: string, fits: (line: string) => boolean): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** As many lines as there is room for below the title. */
function paintPrompts(
  g: CanvasRenderingContext2D,
  cards: readonly FarCard[],
  { k, theme, lines: { sizePx: titlePx, texts } }: Pick<FarScene, 'k' | 'theme'> & { readonly lines: TitleLines },
): void {
  const sizePx = Math.round(PROMPT_PX / k / TITLE_STEP) * TITLE_STEP;
  g.font = `${sizePx}px system-ui, sans-serif`;
  g.fillStyle = theme.text;
  for (const [i, { box, text, titleRoom }] of cards.entries()) {
    if (text === undefined) continue;
    const head = headHeight(texts[i]?.length ?? 1, titlePx);
    const room = Math.floor((titleRoom - head) / (sizePx * LINE));
    if (room < 1) continue;
    const width = box.width - 24;
    const key = `text ${sizePx} ${width} ${room} ${text}`;
    const lines = wrapText(text, { key, room, fits: (line) => g.measureText(line).width <= width });
    for (const [row, line] of lines.entries()) {
      g.fillText(line, box.x + 12, box.y + head + (row * LINE + 1) * sizePx, width);
    }
  }
}

function paintTitles(g: CanvasRenderingContext2D, cards: readonly FarCard[], { sizePx, texts }: TitleLines): void {
  g.font = `600 ${sizePx}px system-ui, sans-serif`;
  g.fillStyle = '#ffffff';
  g.textBaseline = 'alphabetic';
  for (const [i, { box }] of cards.entries()) {
    for (const [row, line] of (texts[i] ?? []).entries()) {
      g.fillText(line, box.x + 12, box.y + 5 + (row + 1) * sizePx, box.width - 24);
    }
  }
}
