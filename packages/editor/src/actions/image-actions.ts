import { isStrippable, stripImage } from '@unclip-studio/graph-core';
import type { OutputRecord } from '@unclip-studio/protocol';
import { fileNameOf } from '../api/client.js';
import { errorWords } from '../api/error-words.js';
import { randomSeed, takeSeeds } from '../document/commands/seeds.js';
import { texts } from '../messages/texts.js';
import { withSeedsRaised } from '../session/running/batch.js';
import type { EditorSession } from '../session/session.js';
import { saveBlob, saveLink } from '../ui/browser-files.js';
import type { ImageTarget } from '../view/ui-state.js';
import { useAsInput } from './add-image-node.js';
import { addUpscaling } from './add-upscaling.js';
import { cellsToKeep, keepImage } from './keep-image.js';
import { isOneOfSeveral } from './keep-of-batch.js';
import { inpaintOutput } from './paint-mask.js';
import { gridOf } from './sweep-cells.js';

/** Something that can be done with any image that a run made. */
export interface ImageAction {
  readonly id: string;
  readonly label: () => string;
  /** Actions of one group are adjacent. */
  readonly group: 'file' | 'make' | 'look' | 'workflow';
  readonly isShown?: (session: EditorSession, target: ImageTarget) => boolean;
  readonly run: (session: EditorSession, target: ImageTarget) => void | Promise<void>;
}

/** In the order of the menu. */
export const imageActions: readonly ImageAction[] = [
  {
    id: 'use',
    label: () => texts.images.use,
    group: 'make',
    isShown: isEditable,
    run: (session, { output }) => leaving(session, () => useAsInput(session, output)),
  },
  {
    id: 'vary',
    label: () => texts.images.vary,
    group: 'make',
    isShown: isEditable,
    run: (session, { output }) =>
      leaving(session, async () => {
        if (await useAsInput(session, output)) await session.running?.runner.run();
      }),
  },
  {
    id: 'more',
    label: () => texts.images.more,
    group: 'make',
    run: (session, { output }) => trying(session, () => makeMoreLike(session, output)),
  },
  {
    id: 'inpaint',
    label: () => texts.images.inpaint,
    group: 'make',
    isShown: isEditable,
    run: (session, { output }) => leaving(session, () => inpaintOutput(session, output)),
  },
  {
    id: 'upscale',
    label: () => texts.images.upscale,
    group: 'make',
    isShown: isEditable,
    run: (session, { output }) => leaving(session, () => addUpscaling(session, output)),
  },
  {
    id: 'copy',
    label: () => texts.images.copy,
    group: 'file',
    run: (session, { output }) => trying(session, () => copyImage(session, output)),
  },
  {
    id: 'download',
    label: () => texts.images.download,
    group: 'file',
    run: ({ api }, { output }) => saveLink(api.outputUrl(output), fileNameOf(output)),
  },
  {
    id: 'download-stripped',
    label: () => texts.images.downloadStripped,
    group: 'file',
    isShown: (_, { output }) => isStrippable(output.mediaType),
    run: (session, { output }) =>
      trying(session, async () => {
        const bytes = new Uint8Array(await (await session.api.library.readOutput(output.id)).arrayBuffer());
        saveBlob(new Blob([stripImage(bytes)], { type: output.mediaType }), fileNameOf(output));
      }),
  },
  {
    id: 'compare',
    label: () => texts.images.compare,
    group: 'look',
    isShown: (_, { outputs = [] }) => outputs.length > 1,
    run: ({ ui }, { output, outputs = [] }) =>
      ui.setState({ viewing: { outputs, index: Math.max(0, outputs.indexOf(output)), isComparing: true } }),
  },
  {
    id: 'gallery',
    label: () => texts.images.openInGallery,
    group: 'look',
    isShown: ({ gallery }, { output }) => gallery?.state.getState().isOpen === false && !output.temporary,
    run: (session, { output }) => leaving(session, () => session.gallery?.show(output.id)),
  },
  {
    id: 'workflow',
    label: () => texts.images.openWorkflow,
    group: 'workflow',
    run: (session, { output }) =>
      leaving(session, async () => {
        const { client, guard, openNew } = session.files;
        const workflow = await client.readOutputWorkflow(output.id);
        guard(() => openNew(workflow));
      }),
  },
  {
    id: 'keep-seed',
    label: () => texts.images.keepSeed,
    group: 'workflow',
    isShown: isEditable,
    run: (session, { output }) => trying(session, () => keepSeeds(session, output)),
  },
  {
    id: 'keep-only',
    label: () => texts.images.keepOnly,
    group: 'workflow',
    isShown: isKeepable,
    run: (session, { output }) => leaving(session, () => keepImage(session, output, false)),
  },
  {
    id: 'keep-larger',
    label: () => texts.images.keepLarger,
    group: 'workflow',
    isShown: isKeepable,
    run: (session, { output }) => leaving(session, () => keepImage(session, output, true)),
  },
  {
    id: 'keep-cell',
    label: () => texts.images.keepCell,
    group: 'workflow',
    isShown: (session, { output }) =>
      isEditable(session) && gridOf(session.store.whole, session.catalog, output.node) !== undefined,
    run: (session, target) => leaving(session, () => chooseCell(session, target)),
  },
];

function isKeepable(session: EditorSession, { output, outputs }: ImageTarget): boolean {
  return isEditable(session) && isOneOfSeveral(output, outputs);
}

/** Opens the menu of the cells where the menu of the grid was. */
async function chooseCell(session: EditorSession, target: ImageTarget): Promise<void> {
  const { ui } = session;
  const screen = ui.getState().imageMenu?.screen ?? { x: 0, y: 0 };
  const choices = await cellsToKeep(session, target.output);
  if (choices.length === 0) ui.setState({ message: texts.images.notOfBatch });
  else ui.setState({ imageMenu: { ...target, screen, choices } });
}

function isEditable({ store }: EditorSession): boolean {
  return !store.isReadOnly;
}

/** Does something to the graph, which then has to be in sight. */
async function leaving(session: EditorSession, act: () => unknown): Promise<void> {
  session.ui.setState({ viewing: undefined });
  session.gallery?.close();
  await trying(session, act);
}

async function trying({ ui }: EditorSession, act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    ui.setState({ message: texts.images.failed(errorWords(error)) });
  }
}

/** Runs the workflow of an image again with other seeds; the open document stays as it is. */
async function makeMoreLike({ files, running, catalog }: EditorSession, { id }: OutputRecord): Promise<void> {
  const workflow = await files.client.readOutputWorkflow(id);
  const definitionOf = (type: string) => catalog.types.get(type);
  await running?.runner.runWorkflow(withSeedsRaised(workflow, 1 + randomSeed(), definitionOf));
}

/** Takes over the seeds with which an image was made, and keeps them for the next runs. */
async function keepSeeds({ files, store, ui, catalog }: EditorSession, { id }: OutputRecord): Promise<void> {
  const made = await files.client.readOutputWorkflow(id);
  const count = takeSeeds(store, made, (type) => catalog.types.get(type));
  ui.setState({ message: count === 0 ? texts.images.noSeeds : texts.images.seedsKept(count) });
}

/** Clipboards take PNG only. */
async function copyImage({ api, ui }: EditorSession, output: OutputRecord): Promise<void> {
  const png = async () => {
    const bytes = await api.library.readOutput(output.id);
    if (bytes.type === 'image/png')
      return new Blob([stripImage(new Uint8Array(await bytes.arrayBuffer()))], { type: bytes.type });
    const bitmap = await createImageBitmap(bytes);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    return canvas.convertToBlob();
  };
  // The promise goes in at once: a browser allows it only while the press counts.
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png() })]);
  ui.setState({ message: texts.images.copied });
}
