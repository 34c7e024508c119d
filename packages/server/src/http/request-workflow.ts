import {
  applyInputs,
  type Diagnostic,
  describeDiagnostic,
  describeInputs,
  migrateNodes,
  readWorkflow,
  setParams,
  type Workflow,
} from '@unclip-studio/graph-core';
import { Problem, workflowProblem } from './problem.js';
import type { ServerParts } from './server-parts.js';

/** The workflow of a request: its own, a saved one, or a template, with some inputs and params set. */
interface StartSource {
  readonly workflow?: unknown;
  readonly workflowName?: string | undefined;
  readonly template?: string | undefined;
  /** Input -> value. */
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
  /** Node -> param -> value. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
}

/** @throws Problem 404 for a name not in use, 413 or 422 for the workflow, 422 for inputs and nodes it has not */
export async function resolveWorkflow(source: StartSource, server: ServerParts): Promise<Workflow> {
  const found = migrateNodes(await findWorkflow(source, server), server.catalog);
  const workflow = source.inputs === undefined ? found : applyRequestInputs(found, source.inputs, server);
  const values = Object.entries(source.params ?? {}).flatMap(([node, params]) => {
    if (!Object.hasOwn(found.nodes, node)) {
      const message = `the workflow has no node "${node}"; its nodes are ${Object.keys(found.nodes).slice(0, 20).join(', ')}`;
      throw new Problem('invalid-workflow', `Param override: ${message}.`, {
        errors: [{ path: `body.params.${node}`, message }],
      });
    }
    return Object.entries(params).map(([name, value]) => ({ node, name, value }));
  });
  return setParams(workflow, values);
}

async function findWorkflow(source: StartSource, server: ServerParts): Promise<Workflow> {
  if (source.workflow !== undefined) return takeWorkflow(source.workflow, server.config.limits.nodes);
  if (source.template !== undefined) {
    const template = await server.templates.read(source.template);
    if (template === undefined) throw notThere('template', source.template);
    return template;
  }
  const name = source.workflowName ?? '';
  const saved = server.store.workflows.read(name);
  if (saved === undefined) throw notThere('workflowName', name);
  return takeWorkflow(JSON.parse(saved.json), server.config.limits.nodes);
}

function notThere(field: string, name: string): Problem {
  const message = `there is none named "${name}"`;
  return new Problem('not-found', `${field}: ${message}.`, {
    because: { code: 'not-found', what: 'name', name },
    errors: [{ path: `body.${field}`, message }],
  });
}

/** @throws Problem 422 that names each invalid input, and its valid values */
function applyRequestInputs(
  workflow: Workflow,
  values: Readonly<Record<string, unknown>>,
  { catalog, store }: Pick<ServerParts, 'catalog' | 'store'>,
): Workflow {
  const missing = describeInputs(workflow, catalog).flatMap(({ name, param, value: own }): readonly Diagnostic[] => {
    const value = Object.hasOwn(values, name) ? values[name] : own;
    if (param.kind !== 'image' || typeof value !== 'string' || value === own) return [];
    const isKnown = store.images.read(value) !== undefined || store.images.findByName(value) !== undefined;
    if (isKnown) return [];
    return [{ code: 'wrong-input', name, expected: 'the id or name of an uploaded image', got: JSON.stringify(value) }];
  });
  const applied = applyInputs(workflow, values, catalog);
  const problems = [...(applied.ok ? [] : applied.diagnostics), ...missing];
  if (applied.ok && problems.length === 0) return applied.value;
  const errors = problems.map((problem) => ({
    path: 'name' in problem ? `body.inputs.${problem.name}` : 'body.inputs',
    message: describeDiagnostic(problem),
  }));
  const detail = errors.length === 1 ? (errors[0]?.message ?? '') : `${errors.length} inputs are wrong.`;
  throw new Problem('invalid-workflow', detail, { errors, diagnostics: problems });
}

/**
 * Takes a workflow out of a request.
 *
 * @throws Problem 413 if it has more nodes than the operator allows, 422 if its form is wrong
 */
export function takeWorkflow(value: unknown, maxNodes: number): Workflow {
  const { subgraphs } = value as { readonly subgraphs?: unknown };
  const bodies = [value, ...(isObject(subgraphs) ? Object.values(subgraphs) : [])];
  const count = bodies.reduce<number>((sum, body) => sum + countNodes(body), 0);
  if (count > maxNodes) {
    throw new Problem('too-large', `The workflow has ${count} nodes; this server takes ${maxNodes}.`, {
      because: { code: 'workflow-too-large', nodes: count, limit: maxNodes },
      errors: [{ path: 'body.workflow.nodes', message: `expected at most ${maxNodes} nodes, got ${count}` }],
    });
  }
  const workflow = readWorkflow(value);
  if (!workflow.ok) throw workflowProblem(workflow.diagnostics);
  return workflow.value;
}

function countNodes(body: unknown): number {
  const nodes = isObject(body) ? body['nodes'] : undefined;
  return isObject(nodes) ? Object.keys(nodes).length : 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
