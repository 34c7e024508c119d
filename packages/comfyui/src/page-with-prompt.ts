import { type ComfyGraph, type ComfyNode, isRecord } from './comfy-graph.js';
import { isApiFormat, readApi } from './read-api.js';
import { isUiFormat, readUi } from './read-ui.js';

interface PageWithPrompt {
  readonly page: Readonly<Record<string, unknown>>;
  readonly prompt: Readonly<Record<string, unknown>>;
}

/**
 * Reads a page, a prompt, or both, inside an object: as in an image, in the body of a `POST /prompt`, or as scripts of
 * the page get them (`graphToPrompt`).
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

/**
 * The page's graph with the values that were sent: with names that old pages do not contain, and with random choices
 * and counters resolved. A client may send a page that does not belong to its prompt; the prompt counts then.
 */
function readPageWithPrompt({ page, prompt }: PageWithPrompt): ComfyGraph {
  const graph = readUi(page);
  const ran = readApi(prompt);
  const sent = ran.nodes;
  const lacking = [...sent.values()].filter(({ id, type }) => graph.nodes.get(id)?.type !== type);
  if (lacking.length > 0) return { ...ran, problems: [...ran.problems, lackingWords(lacking)] };
  const nodes = new Map([...graph.nodes].map(([id, node]) => [id, withSentValues(node, sent.get(id))] as const));
  return { ...graph, nodes };
}

function lackingWords(nodes: readonly ComfyNode[]): string {
  const shown = nodes.slice(0, MAX_SHOWN_NODES).map(({ id, type }) => `${type.slice(0, 80)} ${id.slice(0, 80)}`);
  const more = nodes.length > shown.length ? ` and ${nodes.length - shown.length} more` : '';
  return `The page lacks nodes of the prompt that ran (${shown.join(', ')}${more}). The prompt was opened instead, without the layout of the page.`;
}

const MAX_SHOWN_NODES = 5;

function withSentValues(node: ComfyNode, sent: ComfyNode | undefined): ComfyNode {
  if (sent === undefined || sent.type !== node.type) return node;
  const values = Object.entries(sent.values).filter(([name]) => !Object.hasOwn(node.links, name));
  const { unnamed: _, ...others } = node;
  return { ...others, values: { ...node.values, ...Object.fromEntries(values) }, isSent: true };
}
