import type { EditorSession } from '../app/session.js';
import { addNode } from '../document/commands/nodes.js';
import type { Point } from '../document/document.js';
import { strings } from '../strings.js';

/** Takes a picture that was dropped or pasted, and adds a node that loads it. */
export async function addImageNode(session: EditorSession, file: File, at: Point): Promise<void> {
  const { catalog, api, store, ui } = session;
  const loader = [...catalog.types.values()].flatMap((definition) => {
    const [name] = Object.entries(definition.params).find(([, param]) => param.kind === 'image') ?? [];
    return name === undefined ? [] : [{ type: definition.type, name }];
  })[0];
  if (loader === undefined) return;
  ui.setState({ message: strings.param.uploading });
  try {
    const { name } = await api.images.upload(file);
    const id = addNode(store, { type: loader.type, at, params: { [loader.name]: name } });
    if (id !== undefined) ui.setState({ selection: new Set([id]), message: '' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    ui.setState({ message: strings.param.uploadFailed(reason) });
  }
}
