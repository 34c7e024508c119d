import type { OutputRecord } from '@unclip-studio/protocol';
import { errorWords } from '../api/error-words.js';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import { freePlaceForNode } from '../catalog/free-place.js';
import { loaderFor, loaderOf, loadsImages, nearestSource } from '../catalog/image-nodes.js';
import type { InputRef } from '../document/commands/links.js';
import { addNode } from '../document/commands/nodes.js';
import { setParam } from '../document/commands/params.js';
import type { Point, WorkflowDocument } from '../document/document.js';
import { texts } from '../messages/texts.js';
import type { EditorSession } from '../session/session.js';

/** Takes an image that was dropped, and adds a node that loads it. */
export async function addImageNode(session: EditorSession, file: File, at: Point): Promise<void> {
  const image = await upload(session, file);
  if (image !== undefined) addLoader(session, image, at);
}

/** Takes an image that was pasted: into the one node that is selected if it loads one, else into a new node. */
export async function pasteImage(session: EditorSession, file: File, at: Point): Promise<void> {
  const image = await upload(session, file);
  if (image !== undefined && !setInSelected(session, image)) addLoader(session, image, at);
}

/** The node of the workflow that made a result, whichever of its places in a sweep did. */
export function makerOf({ node }: Pick<OutputRecord, 'node'>): string {
  return node.replace(/@.*$/, '');
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

/** @returns the name for a param; `undefined` if the server rejected it, which was reported to the user */
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
function setInSelected(session: EditorSession, image: string): boolean {
  const [id, ...others] = session.ui.getState().selection;
  return id !== undefined && others.length === 0 && setImageOf(session, id, image);
}

/** Adds a node in free space, and connects it if just one input waits for an image. */
function addLoader({ catalog, store, ui }: EditorSession, image: string, at: Point): void {
  const loader = loaderFor(catalog, 'image');
  const definition = loader && catalog.types.get(loader.type);
  if (loader === undefined || definition === undefined) return;
  const { type, param, output } = loader;
  const params = { [param]: image };
  const place = freePlaceForNode(store.document, catalog, { node: { type, params }, definition, at });
  const [to, ...others] = inputsWaitingFor(store.document, catalog, definition.outputs[output]?.type ?? '');
  const attachment = to !== undefined && others.length === 0 ? ({ kind: 'feeds', to, output } as const) : undefined;
  const id = addNode(store, { type, at: place, params, ...(attachment && { attachment }) });
  if (id !== undefined) ui.setState({ selection: new Set([id]) });
}

/** The inputs that take this type, need it, and are not connected. */
function inputsWaitingFor({ nodes }: WorkflowDocument, catalog: EditorCatalog, type: string): readonly InputRef[] {
  return Object.entries(nodes).flatMap(([node, { type: nodeType, inputs = {} }]) =>
    Object.entries(catalog.types.get(nodeType)?.inputs ?? {})
      .filter(([input, port]) => port.type === type && port.optional !== true && inputs[input] === undefined)
      .map(([input]) => ({ node, input })),
  );
}

/**
 * Makes a result an input: of the selected node if it loads an image, else of the one that the result came from, else of the
 * first; where none loads an image, one is added.
 *
 * @returns whether the server took it
 */
export async function useAsInput(session: EditorSession, output: OutputRecord): Promise<boolean> {
  const { store, catalog, canvas } = session;
  const image = await uploadOutput(session, output);
  if (image === undefined) return false;
  if (setInSelected(session, image)) return true;
  const { nodes } = store.document;
  const loads = (id: string) => loadsImages(definitionOf(catalog, nodes, id));
  const made = makerOf(output);
  const before = nodes[made] === undefined ? undefined : nearestSource(nodes, made, loads);
  const id = before ?? Object.keys(nodes).find(loads);
  if (id !== undefined) setImageOf(session, id, image);
  else addLoader(session, image, canvas.current?.toCanvas({ x: innerWidth / 2, y: innerHeight / 2 }) ?? { x: 0, y: 0 });
  return true;
}

/** A result that was dropped: onto a node that loads an image, or somewhere else, where a node is added. */
export async function dropOutput(
  session: EditorSession,
  output: Pick<OutputRecord, 'id' | 'name'>,
  { node, at }: { readonly node: string | undefined; readonly at: Point },
): Promise<void> {
  const image = await uploadOutput(session, output);
  if (image === undefined) return;
  if (node === undefined || !setImageOf(session, node, image)) addLoader(session, image, at);
}

async function uploadOutput(
  session: EditorSession,
  output: Pick<OutputRecord, 'id' | 'name'>,
): Promise<string | undefined> {
  try {
    return await upload(session, await fileOfOutput(session, output));
  } catch (error) {
    session.ui.setState({ message: errorWords(error) });
    return undefined;
  }
}

/** @returns whether the node loads an image */
function setImageOf({ catalog, store }: EditorSession, node: string, image: string): boolean {
  const definition = definitionOf(catalog, store.document.nodes, node);
  const name = loaderOf(definition)?.param;
  if (name === undefined) return false;
  setParam(store, { node, name, param: definition?.params[name], value: image });
  return true;
}
