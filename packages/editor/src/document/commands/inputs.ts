import { texts } from '../../messages/texts.js';
import type { WorkflowDocument } from '../document.js';
import type { DocumentStore } from '../document-store.js';
import { numbered } from '../node-ids.js';
import { promoteParam, setWorkflowInput } from './structure.js';

/** The workflow's input that sets a param, if there is one; inside a subgraph, the param of its node that does. */
export function nameOutside(
  { whole, scope }: Pick<DocumentStore, 'whole' | 'scope'>,
  place: string,
): string | undefined {
  const inside = scope.at(-1)?.subgraph;
  if (inside === undefined) return Object.entries(whole.inputs ?? {}).find(([, { to }]) => to.includes(place))?.[0];
  return Object.entries(whole.subgraphs?.[inside]?.params ?? {}).find(([, inner]) => inner === place)?.[0];
}

/** The port of the subgraph on the canvas that leads to a port of a node inside, if there is one. */
export function portOutside(
  { whole, scope }: Pick<DocumentStore, 'whole' | 'scope'>,
  side: 'input' | 'output',
  place: string,
): string | undefined {
  const inside = scope.at(-1)?.subgraph;
  const body = inside === undefined ? undefined : whole.subgraphs?.[inside];
  if (side === 'output') return Object.entries(body?.outputs ?? {}).find(([, inner]) => inner === place)?.[0];
  return Object.entries(body?.inputs ?? {}).find(([, { to }]) => to.includes(place))?.[0];
}

/** Makes a param an input of the workflow, or no longer. */
export function togglePin(store: DocumentStore, { node, name, label }: PinnedParam): void {
  const place = `${node}.${name}`;
  const pinned = nameOutside(store, place);
  if (store.scope.length > 0) {
    promoteParam(store, place, pinned === undefined);
    return;
  }
  if (pinned !== undefined) {
    setWorkflowInput(store, pinned, undefined);
    return;
  }
  const { inputs = {} } = store.whole;
  // An image is called after its node, since its param is mostly called "image".
  const free = numbered(name === 'image' ? node : name, (taken) => Object.hasOwn(inputs, taken));
  const order = Math.max(0, ...Object.values(inputs).map((input) => input.order ?? 0)) + 1;
  setWorkflowInput(store, free, { to: [place], order, ...(label !== name && { label }) });
}

export interface PinnedParam {
  readonly node: string;
  readonly name: string;
  readonly label: string;
}

/** Moves an input before its predecessor. */
export function moveEarlier(store: DocumentStore, name: string): void {
  const names = inOrder(store.whole);
  const place = names.indexOf(name);
  if (place < 1) return;
  const moved = [...names.slice(0, place - 1), name, names[place - 1] as string, ...names.slice(place + 1)];
  store.edit(texts.edits.workflowInput, (draft) => {
    for (const [i, one] of moved.entries()) {
      const input = draft.inputs?.[one];
      if (input !== undefined) input.order = i + 1;
    }
  });
}

/** The names of the inputs as a form has them. */
export function inOrder({ inputs = {} }: Pick<WorkflowDocument, 'inputs'>): readonly string[] {
  const order = (name: string) => inputs[name]?.order ?? Number.MAX_SAFE_INTEGER;
  return Object.keys(inputs).sort((a, b) => order(a) - order(b));
}
