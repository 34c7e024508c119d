import { cardLayoutOf } from '../catalog/card-boxes.js';
import type { PortSide } from '../catalog/card-layout.js';
import type { EditorCatalog } from '../catalog/definitions.js';
import type { Box, Point, WorkflowDocument } from '../document/document.js';

export interface CardGeometryParts {
  readonly document: () => WorkflowDocument;
  readonly catalog: EditorCatalog;
  /** Where Rete shows a card right now; during a drag this is ahead of the document. */
  readonly position: (node: string) => Point | undefined;
  /** The card over which a wire is held, so that it shows all its inputs. */
  readonly opened: () => string | undefined;
}

/** Where cards and their sockets are right now, without asking the page. */
export class CardGeometry {
  readonly #parts: CardGeometryParts;

  constructor(parts: CardGeometryParts) {
    this.#parts = parts;
  }

  box(node: string): Box | undefined {
    const position = this.#parts.position(node);
    const layout = this.#layout(node);
    if (position === undefined || layout === undefined) return undefined;
    return { x: position.x, y: position.y, width: layout.width, height: layout.height };
  }

  socket(node: string, side: PortSide, name: string): Point | undefined {
    const position = this.#parts.position(node);
    const offset = this.#layout(node)?.socket(side, name);
    return position && offset && { x: position.x + offset.x, y: position.y + offset.y };
  }

  #layout(node: string) {
    const { document, catalog, opened } = this.#parts;
    return cardLayoutOf(document(), catalog, node, opened() === node);
  }

  /** Where the images of a card stand on the canvas. */
  imageBox(node: string): Box | undefined {
    const position = this.#parts.position(node);
    const box = this.#layout(node)?.imageBox;
    return position && box && { ...box, x: position.x + box.x, y: position.y + box.y };
  }

  *boxes(): Iterable<readonly [string, Box]> {
    for (const node of Object.keys(this.#parts.document().nodes)) {
      const box = this.box(node);
      if (box !== undefined) yield [node, box];
    }
  }

  /** The topmost card at a place: the opened one, or the last one of the document. */
  cardAt({ x, y }: Point): string | undefined {
    let found: string | undefined;
    for (const [node, box] of this.boxes()) {
      const isThere = x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height;
      if (isThere && node === this.#parts.opened()) return node;
      if (isThere) found = node;
    }
    return found;
  }
}
