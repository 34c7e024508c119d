import { type Catalog, expandWorkflow, type Workflow } from '@unclip-studio/graph-core';
import type { ImagesTable } from '../store/images-table.js';
import type { RunOrder } from '../worker/messages.js';

export interface OrderParts extends Omit<RunOrder, 'pictures'> {
  /** What the text says. */
  readonly workflow: Workflow;
}

/** Completes a workflow with what the worker cannot look up: which uploaded pictures its names stand for. */
export function createRunOrder(
  { workflow, ...order }: OrderParts,
  { catalog, images }: { readonly catalog: Catalog; readonly images: ImagesTable },
): RunOrder {
  const pictures: Record<string, string> = {};
  const expanded = expandWorkflow(workflow, catalog);
  // One that cannot be expanded is refused by the plan.
  const nodes = expanded.ok ? expanded.value.workflow.nodes : {};
  for (const { type, params = {} } of Object.values(nodes)) {
    for (const [name, param] of Object.entries(catalog.types.get(type)?.params ?? {})) {
      const value = param.kind === 'image' ? params[name] : undefined;
      const found = typeof value === 'string' ? images.findByName(value) : undefined;
      // A picture may be called "__proto__" too; such a name must not reach the prototype.
      if (found !== undefined) Object.defineProperty(pictures, found.name, { value: found.sha256, enumerable: true });
    }
  }
  return { ...order, pictures };
}
