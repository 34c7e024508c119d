import type { ImageMarking, NodeDefinition, ResultRecord } from '@unclip-studio/graph-core';
import { takesModels } from '@unclip-studio/nodes-unclip';
import { programVersion } from '../program.js';

/** The node types that records name. */
export type NodeTypes = ReadonlyMap<string, NodeDefinition>;

/** Ports through which an image itself passes, and not only its content. */
const CARRIERS: ReadonlySet<string> = new Set(['image', 'latent']);

/**
 * How an image was made, for other programs. Its pixels are traced through the record: if a model made them, it is an
 * image of a model, and if an input image is part of it, as for inpainting, a composite. Inputs that only condition a
 * model, such as the image of a variation, do not count.
 *
 * @returns `undefined` if no model made it
 */
export function markingOf(record: ResultRecord, types: NodeTypes): ImageMarking | undefined {
  const onTheWay = carriersOf(record, types);
  if (!onTheWay.some(({ type }) => takesModels(types.get(type)))) return undefined;
  const isGiven = onTheWay.some((node) => filesOf([node], 'image', types).length > 0);
  return {
    digitalSourceType: isGiven ? 'compositeWithTrainedAlgorithmicMedia' : 'trainedAlgorithmicMedia',
    tool: `unclip-studio ${programVersion()}`,
    models: [...new Set(filesOf(record, 'checkpoint', types).map(({ name }) => name))],
  };
}

/** An image that was given to a workflow. */
export interface GivenImage {
  /** By which the workflow names it. */
  readonly name: string;
  /** See `identifyImage`. */
  readonly identity: string;
  /** Its pixels are part of the result, and not only what was seen in it. */
  readonly isPart: boolean;
}

/** The images of which a result was made, each once. */
export function givenImagesOf(record: ResultRecord, types: NodeTypes): readonly GivenImage[] {
  const parts = new Set(filesOf(carriersOf(record, types), 'image', types).map(({ identity }) => identity));
  const images = filesOf(record, 'image', types).map((file) => ({ ...file, isPart: parts.has(file.identity) }));
  return [...new Map(images.map((image) => [image.identity, image])).values()];
}

/** The nodes along whose ports the pixels of a result went. */
function carriersOf(record: ResultRecord, types: NodeTypes): ResultRecord {
  const nodes = new Map(record.map((node) => [node.id, node]));
  const carriers = new Set<string>();
  const toVisit = [record.at(-1)];
  for (let node = toVisit.pop(); node !== undefined; node = toVisit.pop()) {
    if (carriers.has(node.id)) continue;
    carriers.add(node.id);
    for (const { node: source, output } of node.inputs) {
      const from = nodes.get(source);
      const port = from && types.get(from.type)?.outputs[output];
      if (port !== undefined && CARRIERS.has(port.type)) toVisit.push(from);
    }
  }
  return record.filter(({ id }) => carriers.has(id));
}

/** The files in params of a kind. */
function filesOf(record: ResultRecord, kind: 'image' | 'checkpoint', types: NodeTypes) {
  return record.flatMap(({ type, params, files = {} }) => {
    const declared = types.get(type)?.params ?? {};
    return Object.entries(files).flatMap(([param, name]) =>
      declared[param]?.kind === kind ? [{ name, identity: String(params[param]) }] : [],
    );
  });
}
