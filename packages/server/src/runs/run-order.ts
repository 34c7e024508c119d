import type { ImagesTable } from '../store/images-table.js';
import type { RunOrder } from '../worker/messages.js';

export interface OrderParts extends Omit<RunOrder, 'pictures'> {
  /** Names that the run may have for images; see `RunQueue.imageNames`. */
  readonly imageNames: readonly string[];
}

/** Completes a workflow with what the worker cannot look up: which uploaded pictures its names stand for. */
export function createRunOrder(
  { workflowJson, workflowSha256, targets, imageNames }: OrderParts,
  images: Pick<ImagesTable, 'findByName'>,
): RunOrder {
  const pictures: Record<string, string> = {};
  for (const name of imageNames) {
    const found = images.findByName(name);
    // A picture may be called "__proto__" too; such a name must not reach the prototype.
    if (found !== undefined) Object.defineProperty(pictures, found.name, { value: found.sha256, enumerable: true });
  }
  return { workflowJson, workflowSha256, targets, pictures };
}
