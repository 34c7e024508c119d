import { findParam, ownEntry, parseLink, readValueList, type Workflow, writtenAxis } from '@unclip-studio/graph-core';
import { type EditorCatalog, titleOfParam } from '../catalog/definitions.js';

/** The values of one cell of a sweep. */
export interface SweepCell {
  readonly params: readonly { readonly node: string; readonly name: string; readonly value: unknown }[];
}

/** The cells of a sweep, row by row; none where its values cannot be read. @param id of its node */
export function cellsOfSweep(workflow: Workflow, catalog: EditorCatalog, id: string): readonly SweepCell[] {
  const [columns = [], rows = []] = (['x', 'y'] as const).map((name): readonly SweepCell['params'][] => {
    const { place, values } = writtenAxis(workflow.nodes[id] ?? { type: '' }, name);
    if (place === '') return [[]];
    const found = findParam(workflow, catalog, place);
    const all = found && readValueList(found.param, values);
    return typeof all === 'object'
      ? all.map((value) => [{ node: found?.node ?? '', name: found?.name ?? '', value }])
      : [];
  });
  return rows.flatMap((row) => columns.map((column) => ({ params: [...column, ...row] })));
}

/** What the values of a cell are values of, for the user. */
export function wordsForCell(workflow: Workflow, catalog: EditorCatalog, { params }: SweepCell): string {
  return params
    .map(({ value, ...place }) => `${titleOfParam(catalog, workflow.nodes, place)} ${shortened(value)}`)
    .join(', ');
}

const MAX_LENGTH = 40;

function shortened(value: unknown): string {
  const text = String(value);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)} …` : text;
}

/** What leaves a sweep out: the input of its reader gets what the sweep itself reads. */
export interface SweepBypass {
  readonly reader: string;
  readonly input: string;
  readonly source: string;
}

/** A sweep whose grid was saved. */
interface SavedGrid {
  readonly cells: readonly SweepCell[];
  readonly link: SweepBypass;
}

/**
 * Finds the sweep whose grid an image is, across nodes that make one image of each that they get.
 *
 * @param saver the node that saved the image
 */
export function gridOf(workflow: Workflow, catalog: EditorCatalog, saver: string): SavedGrid | undefined {
  let reader = saver;
  // A file may hold a circle.
  for (let steps = 0; steps < Object.keys(workflow.nodes).length; steps++) {
    const node = ownEntry(workflow.nodes, reader);
    const input = catalog.types.get(node?.type ?? '')?.imagesFrom ?? '';
    const link = parseLink(ownEntry(node?.inputs, input) ?? '');
    const source = link && ownEntry(workflow.nodes, link.node);
    if (link === undefined || source === undefined || source.mode !== undefined) return undefined;
    const { expands } = catalog.types.get(source.type) ?? {};
    if (expands?.kind === 'sweep') {
      const swept = ownEntry(source.inputs, expands.input);
      const cells = cellsOfSweep(workflow, catalog, link.node);
      if (link.output === expands.each || swept === undefined || cells.length < 2) return undefined;
      return { cells, link: { reader, input, source: swept } };
    }
    reader = link.node;
  }
  return undefined;
}
