import { type ComfyGraph, type ComfyNode, isRecord } from './comfy-graph.js';
import { isApiFormat, readApi } from './read-api.js';
import { isUiFormat, readUi } from './read-ui.js';

interface PageWithPrompt {
  readonly page: Readonly<Record<string, unknown>>;
  readonly prompt: Readonly<Record<string, unknown>>;
}

/**
 * Reads a page, what was sent of it, or both, inside of an object: as an image carries them, as the body of a `POST /prompt`, or as
 * scripts of the page get them (`graphToPrompt`).
 */
export function readWrapped(json: unknown): ComfyGraph | undefined {
  if (!isRecord(json)) return undefined;
  const { workflow, extra_data: extra } = json;
  const info = isRecord(extra) && isRecord(extra['extra_pnginfo']) ? extra['extra_pnginfo'] : {};
  const page = workflow ?? info['workflow'];
  const prompt = json['prompt'] ?? json['output'];
  if (isApiFormat(prompt)) return isUiFormat(page) ? readPageWithPrompt({ page, prompt }) : readApi(prompt);
  return isUiFormat(page) ? readUi(page) : undefined;
}

/** The page's graph with the values that were sent: under names that old pages do not tell, and with what was drawn or counted. */
function readPageWithPrompt({ page, prompt }: PageWithPrompt): ComfyGraph {
  const graph = readUi(page);
  const sent = readApi(prompt).nodes;
  const nodes = new Map([...graph.nodes].map(([id, node]) => [id, withSentValues(node, sent.get(id))] as const));
  return { ...graph, nodes };
}

function withSentValues(node: ComfyNode, sent: ComfyNode | undefined): ComfyNode {
  if (sent === undefined || sent.type !== node.type) return node;
  const values = Object.entries(sent.values).filter(([name]) => !Object.hasOwn(node.links, name));
  const { unnamed: _, ...others } = node;
  return { ...others, values: { ...node.values, ...Object.fromEntries(values) }, isSent: true };
}
