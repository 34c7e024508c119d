import type { Catalog } from '../definition/catalog.js';
import type { Param } from '../definition/params.js';
import { withPackageVersions } from './migrate-nodes.js';
import { catalogOf } from './subgraph-catalog.js';
import { writtenAxis } from './sweep-axis.js';
import { parseLink, type Workflow, type WorkflowNode } from './workflow.js';

/**
 * The workflow as it is written into files, images, links and the library: with the versions of its plug-ins, and with
 * names in place of absolute paths, which lead nowhere on another machine and say whose machine this one is.
 *
 * @returns the same object if nothing changes
 */
export function asSaved(workflow: Workflow, catalog: Catalog): Workflow {
  return withPackageVersions(withoutForeignPaths(mapFileNames(workflow, catalog, fileNameOf), catalog), catalog);
}

// Files that a text may name where nothing says what it is: params of nodes that are not installed, and what ComfyUI wrote.
const FILE_ENDING =
  /\.(?:png|jpe?g|webp|gif|bmp|tiff?|avif|safetensors|sft|ckpt|pth?|bin|onnx|gguf|json|ya?ml|txt|csv|mp4|webm|wav|mp3|flac)$/i;

function withoutForeignPaths(workflow: Workflow, { types }: Catalog): Workflow {
  const bodies = [workflow, ...Object.values(workflow.subgraphs ?? {})];
  const known = bodies.flatMap(({ nodes }) =>
    Object.values(nodes).flatMap(({ type, params }) => (params !== undefined && types.has(type) ? [params] : [])),
  );
  return mapTexts(workflow, new Set<unknown>(known), foreignFileName);
}

/** The name of the file if the text is nothing but the path of one. */
function foreignFileName(text: string): string {
  const name = fileNameOf(text);
  return FILE_ENDING.test(name) && !text.trim().includes('\n') ? name : text;
}

/** A JSON value with other texts, the same object if nothing changes. @param kept objects that stay as they are */
function mapTexts<Value>(value: Value, kept: ReadonlySet<unknown>, change: (text: string) => string): Value {
  if (typeof value === 'string') return change(value) as Value;
  if (typeof value !== 'object' || value === null || kept.has(value)) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => mapTexts(item, kept, change));
    return items.every((item, i) => item === value[i]) ? value : (items as Value);
  }
  const entries = Object.entries(value).map(([key, item]) => [key, mapTexts(item, kept, change), item] as const);
  if (entries.every(([, mapped, item]) => mapped === item)) return value;
  return Object.fromEntries(entries) as Value;
}

/**
 * The name of the file if the text is an absolute path of any platform, or a `file:` address; otherwise the text. Windows
 * copies paths in quotes, shells of other systems write them in single ones.
 */
export function fileNameOf(text: string): string {
  const path = /^(["'])(.*)\1$/s.exec(text.trim())?.[2] ?? text.trim();
  if (!/^(?:[A-Za-z]:[\\/]|[\\/]|~[\w.-]*[\\/]|file:)/i.test(path)) return text;
  const name = path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/s, '');
  if (name === '') return text;
  if (!/^file:/i.test(path)) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The same for a list of one name a line. */
export function fileNamesOf(text: string): string {
  return mapLines(text, fileNameOf);
}

/** The kinds of files that params name. */
export type NamedFile = 'image' | 'checkpoint';

/**
 * The workflow with other names for its images and models, also inside of subgraphs and in the values of sweeps.
 *
 * @returns the same object if nothing changes
 */
export function mapFileNames(
  workflow: Workflow,
  catalog: Catalog,
  change: (name: string, kind: NamedFile) => string,
): Workflow {
  const { types } = catalogOf(workflow, catalog);
  const nodes = mapNodes(workflow.nodes, types, change);
  const { subgraphs } = workflow;
  const bodies = Object.entries(subgraphs ?? {}).map(([name, body]) => {
    const inside = mapNodes(body.nodes, types, change);
    return [name, inside === body.nodes ? body : { ...body, nodes: inside }] as const;
  });
  const isSame = nodes === workflow.nodes && bodies.every(([name, body]) => body === subgraphs?.[name]);
  return isSame ? workflow : { ...workflow, nodes, ...(subgraphs && { subgraphs: Object.fromEntries(bodies) }) };
}

type Change = (name: string, kind: NamedFile) => string;

function mapNodes(nodes: Workflow['nodes'], types: Catalog['types'], change: Change): Workflow['nodes'] {
  const mapped = Object.entries(nodes).map(([id, node]) => [id, mapNode(node, { nodes, types, change })] as const);
  return mapped.every(([id, node]) => node === nodes[id]) ? nodes : Object.fromEntries(mapped);
}

interface MapContext {
  readonly nodes: Workflow['nodes'];
  readonly types: Catalog['types'];
  readonly change: Change;
}

function mapNode(node: WorkflowNode, context: MapContext): WorkflowNode {
  const definition = context.types.get(node.type);
  if (definition === undefined) return node;
  const changed = Object.entries(node.params ?? {}).flatMap(([name, value]) => {
    const kind =
      definition.expands?.kind === 'sweep'
        ? kindOfAxisValues(node, name, context)
        : Object.hasOwn(definition.params, name)
          ? kindOfNames(definition.params[name])
          : undefined;
    if (kind === undefined || typeof value !== 'string' || value === '') return [];
    const { file, isList } = kind;
    const mapped = isList ? mapLines(value, (line) => context.change(line, file)) : context.change(value, file);
    return mapped === value ? [] : [[name, mapped] as const];
  });
  return changed.length === 0 ? node : { ...node, params: { ...node.params, ...Object.fromEntries(changed) } };
}

/** What a param names. */
interface Names {
  readonly file: NamedFile;
  /** One a line. */
  readonly isList: boolean;
}

function kindOfNames(param: Param | undefined): Names | undefined {
  if (param?.kind === 'image' || param?.kind === 'checkpoint') return { file: param.kind, isList: false };
  return param?.kind === 'text' && param.names === 'image' ? { file: 'image', isList: true } : undefined;
}

function kindOfAxisValues(node: WorkflowNode, name: string, { nodes, types }: MapContext): Names | undefined {
  const axis = name === 'xValues' ? 'x' : name === 'yValues' ? 'y' : undefined;
  const link = axis && parseLink(writtenAxis(node, axis).place);
  if (link === undefined || !Object.hasOwn(nodes, link.node)) return undefined;
  const varied = kindOfNames(types.get(nodes[link.node]?.type ?? '')?.params[link.output]);
  return varied && { ...varied, isList: true };
}

function mapLines(text: string, change: (line: string) => string): string {
  return text
    .split('\n')
    .map((line) => (line.trim() === '' ? line : line.replace(line.trim(), () => change(line.trim()))))
    .join('\n');
}
