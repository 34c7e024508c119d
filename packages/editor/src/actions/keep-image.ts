import type { Workflow } from '@unclip-studio/graph-core';
import type { OutputRecord } from '@unclip-studio/protocol';
import type { EditorCatalog } from '../catalog/definitions.js';
import { texts } from '../messages/texts.js';
import type { EditorSession } from '../session/session.js';
import type { MenuChoice } from '../view/ui-state.js';
import {
  type ImageOfBatch,
  imageOfBatch,
  isMadeAlike,
  type KeepOptions,
  keepCell,
  keepOfBatch,
} from './keep-of-batch.js';
import { gridOf, wordsForCell } from './sweep-cells.js';

/** Does it to what is open if that made the image, or else to the workflow of the image, which it opens. */
export async function keepImage(session: EditorSession, output: OutputRecord, isLarger: boolean): Promise<void> {
  const { api, files, store, catalog, ui, canvas } = session;
  const [made, run] = await Promise.all([files.client.readOutputWorkflow(output.id), api.runs.read(output.runId)]);
  const count = run.outputs.filter(({ node }) => node === output.node).length;
  const image = imageOfBatch(made, catalog, { ...output, count });
  if (image === undefined || (isLarger && image.groups.length > 0)) {
    ui.setState({ message: image === undefined ? texts.images.notOfBatch : texts.images.notLarger });
    return;
  }
  const keep = async () => {
    const added = keepOfBatch(store, catalog, { made, saver: output.node, image, isLarger });
    const kept = subjectOf(made, catalog, image);
    ui.setState({
      message: isLarger ? texts.images.keptLarger(kept) : texts.images.keptOnly(kept),
      selection: new Set(added.length > 0 ? added : [image.groups[0] ?? image.source]),
    });
    await canvas.current?.settled();
    canvas.current?.fit(added.length > 0 ? added : undefined);
  };
  return inWorkflowOf(session, { made, saver: output.node }, keep);
}

/** Which image is kept, for the user: of a sweep by the values of its cell. */
function subjectOf(made: Workflow, catalog: EditorCatalog, { cell, value, count }: ImageOfBatch): string {
  if (cell === undefined || cell.params.length === 0) return texts.images.ofBatch(value);
  return texts.images.ofCell(wordsForCell(made, catalog, cell), count > 1 ? value : undefined);
}

/** Changes what is open if that made the image, or else opens the workflow of the image, and changes that. */
async function inWorkflowOf(
  { files, store }: EditorSession,
  { made, saver }: Pick<KeepOptions, 'made' | 'saver'>,
  change: () => unknown,
): Promise<void> {
  if (isMadeAlike(store.whole, made, saver)) {
    store.leave(0);
    await change();
    return;
  }
  files.guard(() => {
    files.openNew(made);
    void change();
  });
}

/** The cells of the grid that an image is, each of which can be kept alone. */
export async function cellsToKeep(session: EditorSession, output: OutputRecord): Promise<readonly MenuChoice[]> {
  const { files, store, catalog, ui } = session;
  const { node: saver } = output;
  const made = await files.client.readOutputWorkflow(output.id);
  const grid = gridOf(made, catalog, saver);
  return (grid?.cells ?? []).map((cell, id) => {
    const words = wordsForCell(made, catalog, cell);
    const keep = () => {
      if (grid !== undefined) keepCell(store, { made, saver, cell: { ...cell, link: grid.link } });
      ui.setState({ message: texts.images.keptOnly(texts.images.ofCell(words, undefined)) });
    };
    return { id, label: words, choose: () => void inWorkflowOf(session, { made, saver }, keep) };
  });
}
