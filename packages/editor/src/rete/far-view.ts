import { overlaps } from '../catalog/card-boxes.js';
import type { Box, Tint } from '../document/document.js';
import type { CanvasTheme } from './canvas-theme.js';

/** A card as a coloured box with a name. */
export interface FarCard {
  readonly box: Box;
  readonly colour: string;
  readonly title: string;
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

/** Paints cards without elements, with a few fills for all of them; the context is in canvas units. */
export function paintFarCards(g: CanvasRenderingContext2D, { cards, k, screen, theme }: FarScene): void {
  const bodies = new Path2D();
  const heads = new Map<string, Path2D>();
  const outlined: FarCard[] = [];
  const titled: FarCard[] = [];
  for (const card of cards) {
    const { box, colour } = card;
    if (!overlaps(box, screen)) continue;
    bodies.rect(box.x, box.y, box.width, box.height);
    let head = heads.get(colour);
    if (head === undefined) {
      head = new Path2D();
      heads.set(colour, head);
    }
    head.rect(box.x, box.y, box.width, Math.min(box.height, 52));
    if (card.isSelected || card.mark !== undefined) outlined.push(card);
    if (k >= TITLES_FROM) titled.push(card);
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
  paintTitles(g, titled);
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

function paintTitles(g: CanvasRenderingContext2D, cards: readonly FarCard[]): void {
  g.font = '600 32px system-ui, sans-serif';
  g.fillStyle = '#ffffff';
  g.textBaseline = 'alphabetic';
  for (const { box, title } of cards) g.fillText(title, box.x + 12, box.y + 37, box.width - 24);
}
