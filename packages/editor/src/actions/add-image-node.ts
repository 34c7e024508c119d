import type { OutputRecord } from '@unclip-studio/protocol';
import { errorWords } from '../api/error-words.js';
import { addNode } from '../document/commands/nodes.js';
import { setParam } from '../document/commands/params.js';
import type { Point } from '../document/document.js';
import { texts } from '../messages/texts.js';
import type { EditorSession } from '../session/session.js';

/** Takes a picture that was dropped, and adds a node that loads it. */
export async function addImageNode(session: EditorSession, file: File, at: Point): Promise<void> {
  const image = await upload(session, file);
  if (image !== undefined) addLoader(session, image, at);
}

/** Takes a picture that was pasted: into the one node that is selected if it loads one, else into a new node. */
export async function pasteImage(session: EditorSession, file: File, at: Point): Promise<void> {
  const image = await upload(session, file);
  if (image !== undefined && !setInSelected(session, image)) addLoader(session, image, at);
}

/** A result as a file, such as to upload it as an image for a workflow. */
export async function fileOfOutput(
  { api }: EditorSession,
  { id, name }: Pick<OutputRecord, 'id' | 'name'>,
): Promise<File> {
  const bytes = await api.library.readOutput(id);
  const type = bytes.type === '' ? 'image/png' : bytes.type;
  return new File([bytes], `${name}.${type.split('/')[1] ?? 'png'}`, { type });
}

/** @returns what a param names it by; `undefined` if the server did not take it, which the user has been told */
async function upload({ api, ui }: EditorSession, file: File): Promise<string | undefined> {
  ui.setState({ message: texts.param.uploading });
  try {
    const { name } = await api.images.upload(file);
    ui.setState({ message: '' });
    return name;
  } catch (error) {
    const reason = errorWords(error);
    ui.setState({ message: texts.param.uploadFailed(reason) });
    return undefined;
  }
}

/** @returns whether there was such a node */
function setInSelected({ catalog, store, ui }: EditorSession, image: string): boolean {
  const [id, ...others] = ui.getState().selection;
  const node = id === undefined ? undefined : store.document.nodes[id];
  if (id === undefined || node === undefined || others.length > 0) return false;
  const params = catalog.types.get(node.type)?.params ?? {};
  const name = imageParamOf(params);
  if (name === undefined) return false;
  setParam(store, { node: id, name, param: params[name], value: image });
  return true;
}

function addLoader({ catalog, store, ui }: EditorSession, image: string, at: Point): void {
  for (const { type, params } of catalog.types.values()) {
    const name = imageParamOf(params);
    if (name === undefined) continue;
    const id = addNode(store, { type, at, params: { [name]: image } });
    if (id !== undefined) ui.setState({ selection: new Set([id]) });
    return;
  }
}

function imageParamOf(params: Readonly<Record<string, { readonly kind: string }>>): string | undefined {
  return Object.entries(params).find(([, { kind }]) => kind === 'image')?.[0];
}
