import { type Catalog, migrateNodes, parseLink, subgraphNameOf, type Workflow } from '@unclip-studio/graph-core';
import type { ImageRecord } from '@unclip-studio/protocol';
import type { RunService } from '../../runs/run-service.js';
import type { Grant } from '../../store/grants-table.js';
import { Problem, workflowProblem } from '../problem.js';
import { takeWorkflow } from '../request-workflow.js';
import type { ServerParts } from '../server-parts.js';

type Parts = Pick<ServerParts, 'store' | 'config' | 'catalog'>;

/** The saved state that a grant is about. */
export interface SharedWorkflow {
  readonly revision: number;
  readonly savedAt: string;
  readonly workflow: Workflow;
}

/** @throws Problem 404 if the workflow was deleted since */
export function readSharedWorkflow(grant: Pick<Grant, 'workflowName' | 'revision'>, parts: Parts): SharedWorkflow {
  const saved = parts.store.workflows.read(grant.workflowName, grant.revision ?? undefined);
  if (saved === undefined) {
    const because = { code: 'link-without-workflow' } as const;
    throw new Problem('not-found', 'The workflow of this link was deleted.', { because });
  }
  const { revision, savedAt, json } = saved;
  const workflow = takeWorkflow(JSON.parse(json), parts.config.limits.nodes);
  return { revision, savedAt, workflow: migrateNodes(workflow, parts.catalog) };
}

/** Images and checkpoints that a run would use, by the names that the workflow has for them. */
interface Resources {
  readonly images: ReadonlySet<string>;
  readonly checkpoints: ReadonlySet<string>;
}

/**
 * Checked in the plan, where sweeps and lists of images are plain nodes: text inputs can name images and checkpoints
 * too.
 *
 * @throws Problem 422
 */
export async function resourcesOf(workflow: Workflow, runs: Pick<RunService, 'prepare'>): Promise<Resources> {
  const plan = await runs.prepare(workflow);
  if (!plan.ok) throw workflowProblem(plan.diagnostics);
  const found = { image: new Set<string>(), checkpoint: new Set<string>() };
  for (const { definition, params } of plan.value.nodes) {
    for (const [name, { kind }] of Object.entries(definition.params)) {
      const value = params[name];
      if ((kind === 'image' || kind === 'checkpoint') && typeof value === 'string' && value !== '')
        found[kind].add(value);
    }
  }
  return { images: found.image, checkpoints: found.checkpoint };
}

/** The library's images that the workflow names, each with the name that the workflow has for it. */
export function imagesOf(workflow: Workflow, { store }: Pick<Parts, 'store'>): ReadonlyMap<string, ImageRecord> {
  const found = new Map<string, ImageRecord>();
  const bodies = [workflow, ...Object.values(workflow.subgraphs ?? {})];
  for (const { nodes } of bodies) {
    for (const { params = {} } of Object.values(nodes)) {
      for (const value of Object.values(params)) {
        const image = typeof value === 'string' ? imageNamed(value, store) : undefined;
        if (image !== undefined) found.set(value as string, image);
      }
    }
  }
  return found;
}

function imageNamed(name: string, { images }: Parts['store']): ImageRecord | undefined {
  return images.read(name) ?? images.findByName(name);
}

/** The inputs that choose which setting a sweep varies, by which a form could set unpublished ones. */
export function axisInputs(workflow: Workflow, catalog: Catalog): readonly string[] {
  return Object.entries(workflow.inputs ?? {})
    .filter(([, { to }]) => to.some((path) => isAxis(workflow, path, { workflow, catalog })))
    .map(([name]) => name);
}

function isAxis(
  { nodes }: Pick<Workflow, 'nodes'>,
  path: string,
  { workflow, catalog, depth = 0 }: { readonly workflow: Workflow; readonly catalog: Catalog; readonly depth?: number },
): boolean {
  const link = parseLink(path);
  const type = link && Object.hasOwn(nodes, link.node) ? nodes[link.node]?.type : undefined;
  if (link === undefined || type === undefined || depth > MAX_DEPTH) return false;
  const name = subgraphNameOf(type);
  const subgraph = name !== undefined && workflow.subgraphs?.[name];
  if (!subgraph) {
    const param = catalog.types.get(type)?.params[link.output];
    return param?.kind === 'text' && param.names === 'param';
  }
  const inner = subgraph.params?.[link.output];
  return inner !== undefined && isAxis(subgraph, inner, { workflow, catalog, depth: depth + 1 });
}

// Deeper ones are refused when they run; a saved workflow may hold a circle.
const MAX_DEPTH = 64;
