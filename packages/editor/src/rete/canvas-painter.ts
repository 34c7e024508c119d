import type { NodeDefinition, WorkflowNode } from '@unclip-studio/graph-core';
import { overlaps } from '../catalog/card-boxes.js';
import { longText } from '../catalog/card-layout.js';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import { categoryColour } from '../catalog/port-looks.js';
import type { Box } from '../document/document.js';
import type { DocumentStore } from '../document/document-store.js';
import { entityOf } from '../document/entity-key.js';
import type { UiStore } from '../view/ui-state.js';
import type { LayerSize } from './canvas-layer.js';
import { type CanvasTheme, readCanvasTheme } from './canvas-theme.js';
import type { CanvasView } from './canvas-view.js';
import type { CardGeometry } from './card-geometry.js';
import {
  type FarAnnotation,
  type FarCard,
  type FarImage,
  paintFarAnnotations,
  paintFarCards,
  paintImages,
} from './far-view.js';
import type { Guide } from './snap-guides.js';
import type { Visibility } from './visibility.js';
import type { WireIndex } from './wire-index.js';
import { WirePainter } from './wire-painter.js';

/** What painting needs of the canvas. */
interface PaintedCanvas extends Pick<CanvasView, 'container' | 'viewport' | 'visibleBox'> {
  readonly geometry: CardGeometry;
  readonly visibility: Visibility;
  readonly wires: WireIndex;
  readonly drag: { readonly guides: readonly Guide[] };
}

export interface CanvasPainterParts {
  readonly adapter: PaintedCanvas;
  readonly store: DocumentStore;
  readonly catalog: EditorCatalog;
  readonly ui: UiStore;
  readonly markOf: (node: string) => 'error' | 'running' | undefined;
  readonly imagesOf: (node: string) => readonly FarImage[];
}

const GRID = 24;
const DOT_PX = 2;
// Below this zoom an image is a speck.
const IMAGES_FROM = 0.06;
// Dots closer together than this are a grey veil.
const MIN_GRID_PX = 11;

/** Paints everything under the cards: grid, wires, and the cards themselves when zoomed out. */
export class CanvasPainter {
  readonly #parts: CanvasPainterParts;
  readonly #wires = new WirePainter();
  #theme: CanvasTheme | undefined;

  constructor(parts: CanvasPainterParts) {
    this.#parts = parts;
  }

  readTheme(): void {
    this.#theme = undefined;
  }

  paint(g: CanvasRenderingContext2D, size: LayerSize): void {
    const { adapter, ui, store } = this.#parts;
    this.#theme ??= readCanvasTheme(adapter.container);
    const theme = this.#theme;
    const { x, y, k } = adapter.viewport;
    this.#paintGrid(g, size, theme);
    g.setTransform(size.scale * k, 0, 0, size.scale * k, size.scale * x, size.scale * y);
    const view = { k, screen: adapter.visibleBox(), theme };
    const isFar = adapter.visibility.detail === 'far';
    if (isFar) paintFarAnnotations(g, this.#annotations(), view);
    const { pending, hotLink } = ui.getState();
    this.#wires.paint(g, {
      ...view,
      index: adapter.wires,
      strong: this.#strongLinks(),
      hot: hotLink,
      faded: pending?.detached,
    });
    const { missing } = adapter.visibility;
    if (isFar) {
      paintFarCards(g, { ...view, cards: this.#cards(Object.keys(store.document.nodes)) });
      if (k >= IMAGES_FROM) this.#paintImages(g, view.screen);
    }
    // Cards that are about to be mounted hold their place.
    else if (missing.length > 0) paintFarCards(g, { ...view, cards: this.#cards(missing) });
    paintGuides(g, adapter.drag.guides, view);
  }

  /** Dots of a pixel, as one fill: a pattern would touch every pixel of the canvas in every frame. */
  #paintGrid(g: CanvasRenderingContext2D, { widthPx, heightPx }: LayerSize, theme: CanvasTheme): void {
    const { x, y, k } = this.#parts.adapter.viewport;
    let step = GRID * k;
    while (step < MIN_GRID_PX) step *= 4;
    g.fillStyle = theme.grid;
    g.beginPath();
    for (let top = y % step; top < heightPx; top += step) {
      for (let left = x % step; left < widthPx; left += step) g.rect(Math.round(left), Math.round(top), DOT_PX, DOT_PX);
    }
    g.fill();
  }

  #paintImages(g: CanvasRenderingContext2D, screen: Box): void {
    const { adapter, store, imagesOf } = this.#parts;
    for (const node of Object.keys(store.document.nodes)) {
      const box = adapter.geometry.imageBox(node);
      if (box !== undefined && overlaps(box, screen)) paintImages(g, imagesOf(node), box);
    }
  }

  #strongLinks(): ReadonlySet<string> {
    const { adapter, ui } = this.#parts;
    const strong = new Set<string>();
    for (const key of ui.getState().selection) {
      const { kind, id } = entityOf(key);
      if (kind === 'link') strong.add(id);
      else if (kind === 'node') for (const link of adapter.wires.of(id)) strong.add(link);
    }
    return strong;
  }

  *#cards(ids: readonly string[]): Iterable<FarCard> {
    const { adapter, store, catalog, ui, markOf } = this.#parts;
    const { nodes } = store.document;
    const { selection } = ui.getState();
    for (const node of ids) {
      const box = adapter.geometry.box(node);
      if (box === undefined) continue;
      const definition = definitionOf(catalog, nodes, node);
      yield {
        box,
        colour: categoryColour(definition?.category ?? ''),
        titleRoom: (adapter.geometry.imageBox(node)?.y ?? box.y + box.height) - box.y,
        title: nodes[node]?.title ?? definition?.title ?? node,
        text: firstText(definition, nodes[node]?.params),
        isSelected: selection.has(node),
        mark: markOf(node),
      };
    }
  }

  *#annotations(): Iterable<FarAnnotation> {
    const { frames, notes } = this.#parts.store.document.layout;
    for (const frame of frames) yield { box: frame, colour: frame.colour, title: frame.title };
    for (const note of notes) yield { box: note, colour: note.colour ?? 'amber', title: '' };
  }
}

function firstText(definition: NodeDefinition | undefined, params: WorkflowNode['params'] = {}): string | undefined {
  for (const [name, param] of Object.entries(definition?.params ?? {})) {
    const text = longText(param, params[name]);
    if (text !== undefined) return text;
  }
  return undefined;
}

function paintGuides(
  g: CanvasRenderingContext2D,
  guides: readonly Guide[],
  { k, theme }: { readonly k: number; readonly theme: CanvasTheme },
): void {
  if (guides.length === 0) return;
  g.beginPath();
  for (const { axis, at, from, to } of guides) {
    g.moveTo(axis === 'x' ? at : from, axis === 'x' ? from : at);
    g.lineTo(axis === 'x' ? at : to, axis === 'x' ? to : at);
  }
  g.strokeStyle = theme.selection;
  g.lineWidth = 1.5 / k;
  g.stroke();
}
