import type { AreaPlugin } from 'rete-area-plugin';
import { portType } from '../catalog/can-connect.js';
import type { EditorCatalog } from '../catalog/definitions.js';
import { portLooks } from '../catalog/port-looks.js';
import type { WorkflowDocument } from '../document/document.js';
import type { AreaExtra, Schemes } from './schemes.js';
import type { WireGesture } from './wire-gesture.js';
import type { WireIndex } from './wire-index.js';

export interface WatchWiresParts {
  readonly wires: WireIndex;
  readonly gesture: WireGesture;
  readonly catalog: EditorCatalog;
  readonly document: () => WorkflowDocument;
}

/** Takes connections out of Rete's hands: they are painted on the canvas, and their elements leave the page. */
export function watchWires(area: AreaPlugin<Schemes, AreaExtra>, parts: WatchWiresParts): void {
  const { wires, gesture, catalog, document } = parts;
  const ids = new WeakMap<Element, string>();
  area.addPipe((context) => {
    switch (context.type) {
      case 'render': {
        const { data } = context;
        if (data.type !== 'connection') return context;
        data.element.remove();
        const { payload } = data;
        if (payload.isPseudo === true) {
          gesture.showLoose(data.start ?? data.end);
        } else if (!ids.has(data.element)) {
          ids.set(data.element, payload.id);
          const output = { node: payload.source, side: 'output', name: payload.sourceOutput } as const;
          const type = portType(document(), catalog, output) ?? '';
          wires.add({
            id: payload.id,
            source: payload.source,
            output: payload.sourceOutput,
            reader: payload.target,
            input: payload.targetInput,
            colour: portLooks(type, catalog).colour,
          });
        }
        return { ...context, data: { ...data, filled: true } };
      }
      case 'unmount': {
        const id = ids.get(context.data.element);
        if (id === undefined) return context;
        wires.remove(id);
        return undefined;
      }
      case 'nodetranslated':
        wires.touchNode(context.data.id);
        return context;
      case 'pointermove':
        gesture.onPointerMove(context.data.event);
        return context;
      default:
        return context;
    }
  });
}
