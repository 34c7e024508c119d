import type { ComfyGraph, ComfyNode, CustomSampling } from './comfy-graph.js';
import { Conversion } from './conversion.js';
import { asKSampler, CUSTOM_SAMPLERS, type SamplingRole } from './custom-sampling.js';
import { readersOf } from './give-values.js';

type PartNodes = Readonly<Partial<Record<SamplingRole, ComfyNode>>>;

/**
 * The graph with a KSampler in place of each sampler that is configured by several nodes, if a KSampler is equivalent.
 */
export function withKSamplers(graph: ComfyGraph): ComfyGraph {
  const conversion = new Conversion(graph);
  const readers = readersOf(graph.nodes);
  const found = new Map<string, ComfyNode & { readonly custom: CustomSampling }>();
  for (const node of graph.nodes.values()) {
    const said = CUSTOM_SAMPLERS.has(node.type) ? asPlainSampler(node, conversion) : undefined;
    const readsClean = (readers.get(node.id) ?? []).some(({ slot }) => slot === 1);
    const isNoisy = typeof said === 'object' && said.values['return_with_leftover_noise'] === 'enable';
    if (typeof said === 'object' && !(isNoisy && readsClean)) found.set(node.id, said);
  }
  // A node with other readers has to stay a separate node.
  for (let isEven = false; !isEven; ) {
    const owned = new Set([...found.values()].flatMap(({ custom }) => [custom.node, ...Object.values(custom.parts)]));
    const shared = [...found.values()].filter(({ custom }) =>
      Object.values(custom.parts).some(({ id }) => (readers.get(id) ?? []).some(({ reader }) => !owned.has(reader))),
    );
    for (const { id } of shared) found.delete(id);
    isEven = shared.length === 0;
  }
  if (found.size === 0) return graph;
  return { ...graph, nodes: new Map([...graph.nodes].map(([id, node]) => [id, found.get(id) ?? node])) };
}

/** Why a sampler has no counterpart, as a message. */
export function customProblem(node: ComfyNode, conversion: Conversion): string {
  const said = asPlainSampler(node, conversion);
  return typeof said === 'string' ? said : 'Its settings are also read by nodes that have no counterpart.';
}

function asPlainSampler(node: ComfyNode, conversion: Conversion) {
  const parts = partsOf(node, conversion);
  const problem = Object.values(parts)
    .map((part) => conversion.problemOf(part))
    .find((one) => one !== undefined);
  if (problem !== undefined) return problem;
  const said = asKSampler({ ...parts, sampler: node });
  if (typeof said === 'string') return said;
  const { type, values, remark } = said;
  const lead = parts.guider ?? node;
  const links = Object.entries({
    ...{ model: lead.links['model'], positive: lead.links['positive'] ?? lead.links['conditioning'] },
    ...{ negative: lead.links['negative'], latent_image: node.links['latent_image'] },
  }).flatMap(([name, link]) => (link === undefined ? [] : [[name, link] as const]));
  const { given: _, ...plain } = node;
  const custom: CustomSampling = { node, parts, ...(remark === undefined ? {} : { remark }) };
  return { ...plain, type, values, links: Object.fromEntries(links), custom };
}

function partsOf(node: ComfyNode, conversion: Conversion): PartNodes {
  const at = (input: string) => conversion.source(node, input);
  const levels = at('sigmas');
  const isSplit = levels?.node.type === 'SplitSigmas';
  const sigmas = isSplit ? conversion.source(levels.node, 'sigmas')?.node : levels?.node;
  const split = isSplit ? { [levels.slot === 1 ? 'low' : 'high']: levels.node } : {};
  const found = { select: at('sampler')?.node, sigmas, ...split, noise: at('noise')?.node, guider: at('guider')?.node };
  return Object.fromEntries(Object.entries(found).filter(([, part]) => part !== undefined));
}
