import { setParams, type Workflow } from '@unclip-studio/graph-core';
import { applyRequestInputs } from './apply-request-inputs.js';
import { Problem } from './problem.js';
import type { ServerParts } from './server-parts.js';
import { takeWorkflow } from './take-workflow.js';

/** What a request wants run: a workflow of its own, a saved one, or a template; with some inputs and params set. */
export interface StartSource {
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
  const found = await findWorkflow(source, server);
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
  const message = `there is none of the name "${name}"`;
  return new Problem('not-found', `${field}: ${message}.`, { errors: [{ path: `body.${field}`, message }] });
}
