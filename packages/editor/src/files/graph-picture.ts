import type { EditorSession } from '../app/session.js';
import { cardBoxes } from '../catalog/card-boxes.js';
import { categoryColour } from '../catalog/port-looks.js';
import { linksOf } from '../document/links.js';

const MARGIN = 40;
const MAX_SIDE_PX = 1600;
const HEAD = 32;

/** A simple drawing of the graph, in the theme's colours. */
export async function drawGraph({ store, catalog }: EditorSession): Promise<Blob> {
  const { nodes } = store.document;
  const boxes = cardBoxes(store.document, catalog);
  const all = [...boxes.values()];
  const left = Math.min(0, ...all.map(({ x }) => x)) - MARGIN;
  const top = Math.min(0, ...all.map(({ y }) => y)) - MARGIN;
  const width = Math.max(200, ...all.map((box) => box.x + box.width)) + MARGIN - left;
  const height = Math.max(120, ...all.map((box) => box.y + box.height)) + MARGIN - top;
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('Internal error: this browser gives no canvas to draw on');
  const colours = getComputedStyle(document.documentElement);
  const colour = (name: string) => resolve(colours, name);

  context.fillStyle = colour('--canvas');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(scale, scale);
  context.translate(-left, -top);
  context.strokeStyle = colour('--text-faint');
  context.lineWidth = 2;
  for (const { source, reader } of linksOf(nodes)) {
    const from = boxes.get(source);
    const to = boxes.get(reader);
    if (from === undefined || to === undefined) continue;
    const [x1, y1, x2, y2] = [from.x + from.width, from.y + HEAD * 1.6, to.x, to.y + HEAD * 1.6];
    const bend = Math.max(40, Math.abs(x2 - x1) / 2);
    context.beginPath();
    context.moveTo(x1, y1);
    context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
    context.stroke();
  }
  context.font = '600 15px system-ui, sans-serif';
  for (const [id, box] of boxes) {
    const node = nodes[id];
    const definition = catalog.types.get(node?.type ?? '');
    context.fillStyle = colour('--card');
    context.fillRect(box.x, box.y, box.width, box.height);
    context.fillStyle = resolve(colours, categoryColour(definition?.category ?? ''));
    context.fillRect(box.x, box.y, box.width, 4);
    context.fillStyle = colour('--text');
    context.fillText(node?.title ?? definition?.title ?? node?.type ?? id, box.x + 14, box.y + 26, box.width - 28);
  }
  return new Promise((done, fail) => {
    canvas.toBlob(
      (blob) => (blob === null ? fail(new Error('The picture could not be made.')) : done(blob)),
      'image/png',
    );
  });
}

/** A canvas knows no CSS variables. */
function resolve(styles: CSSStyleDeclaration, colour: string): string {
  const name = /--[\w-]+/.exec(colour)?.[0];
  return name === undefined ? colour : styles.getPropertyValue(name);
}
