import { MAX_REQUEST_BYTES, type Workflow } from '@unclip-studio/graph-core';
import { addImageNode } from '../actions/add-image-node.js';
import { errorWords } from '../api/error-words.js';
import type { Point } from '../document/document.js';
import { describeProblem } from '../messages/describe.js';
import { texts } from '../messages/texts.js';
import { laidOut } from '../session/files/laid-out.js';
import { withPart } from '../session/lazy-part.js';
import type { EditorSession } from '../session/session.js';
import type { FileContent } from './read-file.js';

/** Opens a workflow, or the one inside an image, also of ComfyUI; any other image becomes a node, if there is a place for it. */
export async function openFile(session: EditorSession, file: File, at?: Point): Promise<void> {
  await withPart(
    session,
    () => import('./read-file.js'),
    async ({ readFile }) => openContent(session, { file, content: await readFile(file), at }),
  );
}

/** Images that came with it have to be there before its cards ask for them. */
async function openWithImages(
  session: EditorSession,
  name: string,
  { workflow, images = [] }: Extract<FileContent, { readonly kind: 'workflow' }>,
): Promise<void> {
  const { openNew, say } = session.files;
  try {
    if (images.length === 0) openNew(await laidOut(session, workflow));
    else {
      const { takeImages } = await import('./workflow-zip.js');
      openNew(await laidOut(session, await takeImages(workflow, images, session)));
    }
    say(texts.files.opened(name));
  } catch (error) {
    say(texts.files.openFailed(name, errorWords(error)));
  }
}

interface OpenedFile {
  readonly file: File;
  readonly content: FileContent;
  readonly at: Point | undefined;
}

async function openContent(session: EditorSession, { file, content, at }: OpenedFile): Promise<void> {
  const { client, guard, openNew, ask, say } = session.files;
  if (content.kind === 'workflow') {
    const tooLarge = session.api.isOnline ? sizeProblem(content.workflow) : undefined;
    if (tooLarge !== undefined) return say(texts.files.openFailed(file.name, tooLarge));
    guard(() => void openWithImages(session, file.name, content));
  } else if (content.kind === 'comfyui') {
    try {
      const imported = await client.importComfyUi(content.text, file.name.replace(/\.[^.]*$/, ''));
      const { report } = imported;
      const workflow = await laidOut(session, imported.workflow);
      guard(() => {
        openNew(workflow);
        ask({ kind: 'imported', name: file.name, report });
      });
    } catch (error) {
      say(texts.files.openFailed(file.name, errorWords(error)));
    }
  } else if (content.kind === 'image' && at !== undefined) await addImageNode(session, file, at);
  else {
    const reason = content.kind === 'nothing' ? content.reason : texts.files.notAWorkflow;
    say(texts.files.openFailed(file.name, reason));
  }
}

/** What the server could neither save nor run is not opened: work on it would be lost. */
function sizeProblem(workflow: Workflow): string | undefined {
  const sizeBytes = new Blob([JSON.stringify({ workflow, baseRevision: 0 })]).size;
  if (sizeBytes <= MAX_REQUEST_BYTES) return undefined;
  return describeProblem({ code: 'too-large', sizeBytes, limitBytes: MAX_REQUEST_BYTES });
}

/** Lets the user choose a file from the disk. */
export function chooseFile(session: EditorSession): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.json,application/json,image/png,image/webp,.zip,application/zip';
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file !== undefined) void openFile(session, file);
  });
  input.click();
}
