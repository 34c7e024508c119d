import { asSaved, formatWorkflow } from '@unclip-studio/graph-core';
import { errorWords } from '../api/error-words.js';
import { MAX_LINK_LENGTH } from '../limits.js';
import { texts } from '../messages/texts.js';
import { addressFor } from '../session/files/page-address.js';
import { packWorkflow } from '../session/files/share-link.js';
import type { EditorSession } from '../session/session.js';
import { saveBlob } from '../ui/browser-files.js';

export function downloadJson({ store, catalog }: EditorSession): void {
  const blob = new Blob([formatWorkflow(asSaved(store.whole, catalog))], { type: 'application/json' });
  saveBlob(blob, `${fileName(store.whole.title)}.json`);
}

/** The workflow in one of ComfyUI's formats, as far as it has nodes for it; omissions are reported. */
export async function downloadForComfyUi(session: EditorSession, format: 'page' | 'api'): Promise<void> {
  const { client, say } = session.files;
  const workflow = asSaved(session.store.whole, session.catalog);
  const words = texts.comfyui;
  try {
    const { text, left } = await client.exportComfyUi(workflow, format);
    const ending = format === 'page' ? 'comfyui' : 'comfyui-api';
    saveBlob(new Blob([text], { type: 'application/json' }), `${fileName(workflow.title)}-${ending}.json`);
    const names = Object.keys(left);
    if (names.length > 0) say(words.leftOut(names.join(', ')));
  } catch (error) {
    say(words.notExported(errorWords(error)));
  }
}

/** Puts an address that holds the whole workflow into the clipboard, for people who can open the editor themselves. */
export async function copyWorkflowLink(session: EditorSession): Promise<void> {
  const { say, ask } = session.files;
  const workflow = asSaved(session.store.whole, session.catalog);
  const asked = { kind: 'shared', packed: await packWorkflow(workflow) } as const;
  const url = new URL(addressFor(asked), location.href).href;
  if (url.length > MAX_LINK_LENGTH) return say(texts.files.linkTooLong);
  try {
    await navigator.clipboard.writeText(url);
    say(texts.files.linkCopied);
  } catch {
    // Without a secure origin, or without leave, a page cannot write to the clipboard; the user can.
    ask({ kind: 'link', url });
  }
}

/** A title as a file can be called on any system. */
export function fileName(title: string | undefined): string {
  const name = (title ?? '')
    .replace(/[^\p{L}\p{N} ._-]/gu, '')
    .trim()
    .slice(0, 80);
  return name === '' ? 'workflow' : name;
}
