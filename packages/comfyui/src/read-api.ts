import { knownClass } from './comfy-classes.js';
import {
  type ComfyGraph,
  type ComfyLink,
  type ComfyNode,
  idOf,
  isRecord,
  isReservedName,
  textOf,
} from './comfy-graph.js';
import { giveValues } from './give-values.js';
import { MAX_COMFY_LINKS } from './limits.js';
import { slotFromStart } from './link-problems.js';
import { checkSize, tooMany } from './page-size.js';

/** Whether this is what ComfyUI's page sends to its server: id -> class and inputs. */
export function isApiFormat(json: unknown): json is Readonly<Record<string, unknown>> {
  if (!isRecord(json)) return false;
  const nodes = Object.values(json);
  return nodes.length > 0 && nodes.some((node) => isRecord(node) && typeof node['class_type'] === 'string');
}

/**
 * Reads `{ id: { class_type, inputs: { name: value or [id, slot] } } }`. Entries that are not nodes are reported and
 * left out.
 */
export function readApi(json: Readonly<Record<string, unknown>>): ComfyGraph {
  const nodes = new Map<string, ComfyNode>();
  const problems: string[] = [];
  const others: Record<string, unknown> = {};
  checkSize({ nodes: Object.keys(json).length, characters: 0 });
  let count = 0;
  for (const [id, node] of Object.entries(json)) {
    if (!isRecord(node) || typeof node['class_type'] !== 'string') {
      problems.push(`"${id}" is not a node: expected a class_type.`);
      if (!isReservedName(id)) others[id] = node;
      continue;
    }
    const inputs = isRecord(node['inputs']) ? node['inputs'] : {};
    const links: Record<string, ComfyLink> = {};
    const values: Record<string, unknown> = {};
    const written: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(inputs)) {
      if (isReservedName(name)) {
        problems.push(`Node ${id}: "${name}" cannot be the name of an input; it is left out.`);
        continue;
      }
      const link = toLink(value);
      if (
        link === undefined ||
        (typeof (value as readonly unknown[])[0] !== 'string' && !Object.hasOwn(json, link.node))
      ) {
        values[name] = value;
      } else if (Object.hasOwn(json, link.node)) {
        const slot = slotFromStart(link.slot, classOf(json[link.node]));
        links[name] = { node: link.node, slot };
        if ((value as readonly unknown[])[0] !== link.node || slot !== link.slot) written[name] = value;
        if (++count > MAX_COMFY_LINKS) throw tooMany('links', count, MAX_COMFY_LINKS);
      } else {
        // Problems of known inputs are reported with all other problems of inputs.
        if (!isDeclared(node['class_type'], name)) {
          problems.push(`Node ${id} (${node['class_type']}), input ${name}: there is no node ${link.node}.`);
        }
        written[name] = value;
      }
    }
    const { class_type: _, inputs: __, _meta: about, ...rest } = node;
    const { title: named, ...meta } = isRecord(about) ? about : {};
    const title = typeof named === 'string' ? { title: named } : {};
    const more = { ...rest, ...(Object.keys(meta).length === 0 ? {} : { _meta: meta }) };
    nodes.set(id, {
      id,
      type: node['class_type'],
      mode: 'run',
      ...title,
      ...(Object.keys(more).length === 0 ? {} : { more }),
      values,
      links,
      ...(Object.keys(written).length === 0 ? {} : { written }),
      inputTypes: {},
      outputTypes: [],
    });
  }
  return { format: 'api', nodes: giveValues(nodes), groups: [], notes: [], rest: others, problems };
}

function isDeclared(type: string, input: string): boolean {
  const { required = {}, optional = {} } = knownClass(type) ?? {};
  return Object.hasOwn(required, input) || Object.hasOwn(optional, input);
}

function classOf(node: unknown): string {
  return isRecord(node) ? textOf(node['class_type']) : '';
}

function toLink(value: unknown): ComfyLink | undefined {
  if (!Array.isArray(value) || value.length !== 2 || !Number.isInteger(value[1])) return undefined;
  const node = idOf(value[0]);
  return node === undefined ? undefined : { node, slot: value[1] as number };
}
