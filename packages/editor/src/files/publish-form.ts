import { catalogOf, describeInputs, formShows, suggestInputs, type Workflow } from '@unclip-studio/graph-core';
import type { EditorCatalog } from '../catalog/definitions.js';
import type { DocumentStore } from '../document/document-store.js';
import { numbered } from '../document/node-ids.js';
import { texts } from '../messages/texts.js';

/** Something that a form can have, and whether it has it. */
export interface FormPart {
  /** The name of an input, the place of a suggested one, or the id of a node. */
  readonly id: string;
  readonly label: string;
  readonly isChosen: boolean;
}

export interface FormParts {
  /** What can be set: the inputs of the workflow, then suggested ones. */
  readonly inputs: readonly FormPart[];
  /** The nodes whose results can be shown. */
  readonly outputs: readonly FormPart[];
}

type Inputs = NonNullable<Workflow['inputs']>;

/**
 * What a form of the workflow can have. Suggested inputs are chosen if the workflow has none of its own, and its form was
 * never published: a form may have none on purpose.
 *
 * @param former inputs that it had a moment ago, which can be chosen again
 */
export function formPartsOf(workflow: Workflow, catalog: EditorCatalog, former: Inputs = {}): FormParts {
  const all = { ...leftOut(workflow, former), ...workflow.inputs };
  const own = describeInputs({ ...workflow, inputs: all }, catalog);
  const taken = new Set(own.flatMap(({ to }) => to));
  const suggested = Object.entries(suggestInputs(workflow, catalog)).filter(([place]) => !taken.has(place));
  return {
    inputs: [
      ...own.map(({ name, label }) => ({ id: name, label, isChosen: Object.hasOwn(workflow.inputs ?? {}, name) })),
      ...suggested.map(([id, { label = id }]) => ({
        id,
        label,
        isChosen: own.length === 0 && workflow.form === undefined,
      })),
    ],
    outputs: resultNodes(workflow, catalog),
  };
}

/** Those of the former inputs that the workflow has no more, and whose params no other input sets. */
function leftOut({ inputs = {} }: Workflow, former: Inputs): Inputs {
  const taken = new Set(Object.values(inputs).flatMap(({ to }) => to));
  return Object.fromEntries(
    Object.entries(former).filter(
      ([name, { to }]) => !Object.hasOwn(inputs, name) && !to.some((one) => taken.has(one)),
    ),
  );
}

/** Those that save or show images, unless they do nothing. */
function resultNodes(workflow: Workflow, catalog: EditorCatalog): readonly FormPart[] {
  const { types } = catalogOf(workflow, catalog);
  const found = Object.entries(workflow.nodes).flatMap(([id, { type, title, mode }]) => {
    const definition = types.get(type);
    const isResult = mode === undefined && definition?.sideEffects === true;
    return isResult ? [{ id, label: title ?? definition.title ?? type }] : [];
  });
  return found.map(({ id, label }) => ({
    id,
    label: found.some((other) => other.id !== id && other.label === label) ? `${label} (${id})` : label,
    isChosen: formShows(workflow, id),
  }));
}

/** The ids of the parts that a form is to have. */
export interface ChosenParts {
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
  /** As for the parts to choose from. */
  readonly former?: Inputs;
}

/** Gives the workflow a form with these parts, as one step. @returns false if it has it already */
export function publishForm(store: DocumentStore, catalog: EditorCatalog, chosen: ChosenParts): boolean {
  const { whole } = store;
  const { inputs: settable, outputs } = formPartsOf(whole, catalog, chosen.former);
  const inputs = inputsOf(whole, catalog, chosen);
  // The key `form` tells that nothing can be set on purpose.
  const isBare = Object.keys(inputs ?? whole.inputs ?? {}).length === 0 && settable.length > 0;
  const isMarked = !isBare || whole.form !== undefined;
  const showsAll = outputs.every(({ id }) => chosen.outputs.has(id));
  const shown = outputs.filter(({ id }) => chosen.outputs.has(id)).map(({ id }) => id);
  const isShown = outputs.every(({ id, isChosen }) => isChosen === chosen.outputs.has(id));
  if (inputs === undefined && isShown && isMarked) return false;
  return store.editWhole(texts.edits.publishForm, (draft) => {
    if (inputs !== undefined && Object.keys(inputs).length > 0) draft.inputs = structuredClone(inputs) as never;
    else if (inputs !== undefined) delete draft.inputs;
    if (!showsAll) draft.form = { ...draft.form, outputs: shown };
    else delete draft.form?.outputs;
    if (isBare) draft.form ??= {};
    else if (draft.form !== undefined && Object.keys(draft.form).length === 0) delete draft.form;
  });
}

/** The chosen inputs, suggested ones with names of their own; `undefined` if they are those of the workflow. */
function inputsOf(
  workflow: Workflow,
  catalog: EditorCatalog,
  { inputs: chosen, former = {} }: ChosenParts,
): Inputs | undefined {
  const own = Object.entries(workflow.inputs ?? {});
  const again = Object.entries(leftOut(workflow, former)).filter(([name]) => chosen.has(name));
  const parts = formPartsOf(workflow, catalog, former).inputs;
  // An input that leads nowhere is not among the parts, and stays for the user to repair.
  const dropped = new Set(parts.filter(({ id }) => !chosen.has(id)).map(({ id }) => id));
  const made: Record<string, Inputs[string]> = Object.fromEntries([
    ...own.filter(([name]) => !dropped.has(name)),
    ...again,
  ]);
  const added = Object.entries(suggestInputs(workflow, catalog)).filter(
    ([place]) => chosen.has(place) && parts.some(({ id }) => id === place),
  );
  const isSame = Object.keys(made).length === own.length && own.every(([name]) => Object.hasOwn(made, name));
  if (isSame && added.length === 0) return undefined;
  const last = Math.max(0, ...Object.values(made).map(({ order = 0 }) => order));
  for (const [i, [place, { to, label }]] of added.entries()) {
    const name = numbered(place.replace('.', '-'), (taken) => Object.hasOwn(made, taken));
    made[name] = { to, ...(label !== undefined && { label }), order: last + i + 1 };
  }
  return made;
}
