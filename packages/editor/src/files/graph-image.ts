import { asSaved, formatWorkflow, insertPngText } from '@unclip-studio/graph-core';
import { cardBoxes } from '../catalog/card-boxes.js';
import { categoryColour } from '../catalog/port-looks.js';
import { boxAround } from '../document/commands/align.js';
import type { Box } from '../document/document.js';
import { linksOf } from '../document/links.js';
import { texts } from '../messages/texts.js';
import type { EditorSession } from '../session/session.js';
import { saveBlob } from '../ui/browser-files.js';
import { fileName } from './download.js';
import { WORKFLOW_KEYWORD } from './image-texts.js';

const MARGIN = 40;
const MAX_SIDE_PX = 1600;
/** Where wires begin and end, from the top of a card. */
const WIRE_Y = 50;

type Boxes = ReadonlyMap<string, Box>;

/** An image of the graph that contains the workflow: it can be viewed anywhere, and dropped here to open it. */
export async function downloadPng(session: EditorSession): Promise<void> {
  const { store, catalog } = session;
  const image = await drawGraph(session);
  const png = insertPngText(new Uint8Array(await image.arrayBuffer()), {
    [WORKFLOW_KEYWORD]: formatWorkflow(asSaved(store.whole, catalog)),
  });
  saveBlob(new Blob([png], { type: 'image/png' }), `${fileName(store.whole.title)}.png`);
}

/** A simple drawing of the graph, in the theme's colours. */
async function drawGraph(session: EditorSession): Promise<Blob> {
  const boxes = cardBoxes(session.store.document, session.catalog);
  const around = boxAround([...boxes.values()]) ?? { x: 0, y: 0, width: 320, height: 160 };
  const width = around.width + 2 * MARGIN;
  const height = around.height + 2 * MARGIN;
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('Internal error: this browser gives no canvas to draw on');

  context.scale(scale, scale);
  context.fillStyle = themeColour('--canvas');
  context.fillRect(0, 0, width, height);
  context.translate(MARGIN - around.x, MARGIN - around.y);
  drawWires(context, session, boxes);
  drawCards(context, session, boxes);
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob === null ? fail(new Error(texts.files.notDrawn)) : done(blob)));
  });
}

function drawWires(context: CanvasRenderingContext2D, { store }: EditorSession, boxes: Boxes): void {
  context.strokeStyle = themeColour('--text-faint');
  context.lineWidth = 2;
  for (const { source, reader } of linksOf(store.document.nodes)) {
    const from = boxes.get(source);
    const to = boxes.get(reader);
    if (from === undefined || to === undefined) continue;
    const [x1, y1, x2, y2] = [from.x + from.width, from.y + WIRE_Y, to.x, to.y + WIRE_Y];
    const bend = Math.max(40, Math.abs(x2 - x1) / 2);
    context.beginPath();
    context.moveTo(x1, y1);
    context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
    context.stroke();
  }
}

function drawCards(context: CanvasRenderingContext2D, { store, catalog }: EditorSession, boxes: Boxes): void {
  context.font = '600 15px system-ui, sans-serif';
  for (const [id, { x, y, width, height }] of boxes) {
    const node = store.document.nodes[id];
    const definition = catalog.types.get(node?.type ?? '');
    context.fillStyle = themeColour('--card');
    context.fillRect(x, y, width, height);
    context.fillStyle = categoryColour(definition?.category ?? '');
    context.fillRect(x, y, width, 4);
    context.fillStyle = themeColour('--text');
    context.fillText(node?.title ?? definition?.title ?? node?.type ?? id, x + 14, y + 26, width - 28);
  }
}

/** A canvas knows no CSS variables. */
function themeColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}
