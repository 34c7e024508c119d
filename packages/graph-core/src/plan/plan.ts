import type { Catalog } from '../definition/catalog.js';
import { similarNames } from '../definition/names.js';
import type { EvaluableNode, NodeDefinition } from '../definition/node-definition.js';
import { type Diagnostic, limitProblems, shortName } from '../document/diagnostics.js';
import { createSourceResolver, ownEntry, ownNode } from '../document/graph.js';
import { failure, type Result, success } from '../document/result.js';
import { catalogOf } from '../document/subgraph-catalog.js';
import { parseLink, type Workflow, type WorkflowNode } from '../document/workflow.js';
import { MAX_SUGGESTIONS } from '../limits.js';
import { createTargetExpander, type Expansion, expandInSteps } from './expand/expand-workflow.js';
import { findConflicts } from './find-conflicts.js';
import { finish, NODES_A_STEP, type Steps } from './steps.js';
import { checkAsWritten } from './validate.js';

/** One input of a planned node, already followed through bypassed nodes. */
export interface PlannedInput {
  readonly input: string;
  /** Place of the source in `Plan.nodes`; always before the reader's own place. */
  readonly source: number;
  readonly output: string;
}

export interface PlannedNode<Node extends NodeDefinition = NodeDefinition> {
  readonly id: string;
  readonly definition: Node;
  /** Every param of the definition, the defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: readonly PlannedInput[];
}

/** A checked workflow in the order of evaluation: only the targets and what they read. */
export interface Plan<Node extends NodeDefinition = NodeDefinition> {
  readonly nodes: readonly PlannedNode<Node>[];
  /** Places in `nodes`. */
  readonly targets: readonly number[];
}

/** Which nodes a run is for. */
export interface PlanTargets {
  /** Left out: nodes with side effects, or if there are none, nodes that nothing reads. */
  readonly ids?: readonly string[];
  /** Needed in addition to them. */
  readonly also?: readonly string[];
}

/**
 * Checks the workflow, turns its structure into plain nodes, and orders what has to be evaluated.
 *
 * @param targets ids, or see {@link PlanTargets}
 */
export function planRun<Node extends NodeDefinition>(
  workflow: Workflow,
  catalog: Catalog<Node>,
  targets?: readonly string[] | PlanTargets,
): Result<Plan<Node>> {
  return finish(planInSteps(workflow, catalog, targets));
}

/** The same as {@link planRun}, bit by bit: tens of thousands of nodes take half a second. */
export function* planInSteps<Node extends NodeDefinition>(
  original: Workflow,
  catalog: Catalog<Node>,
  wanted: readonly string[] | PlanTargets = {},
): Steps<Result<Plan<Node>>> {
  const { ids, also = [] }: PlanTargets = isIds(wanted) ? { ids: wanted } : wanted;
  const workflow = ids === undefined ? original : withoutUnneeded(original, catalog, [...ids, ...also]);
  const problems = yield* checkAsWritten(workflow, catalog);
  if (problems.length > 0) return failure(...problems);
  yield;
  const expanded = yield* expandInSteps(workflow, catalog, [...(ids ?? []), ...also]);
  if (!expanded.ok) return expanded;
  const expansion = expanded.value;
  const runnable = yield* findRunnable(expansion.workflow, expansion.catalog);
  const expand = createTargetExpander(expansion);
  const own = ids === undefined ? defaultTargets(expansion, runnable) : [...new Set(ids)].flatMap(expand);
  const targets = [...own, ...also.flatMap(expand)];
  yield;
  const targetProblems = targets.flatMap((target) => checkTarget(expansion.workflow, runnable, target));
  if (targetProblems.length > 0) return failure(...limitProblems(suggestTargets(targetProblems, expansion.workflow)));
  if (targets.length === 0) return failure({ code: 'nothing-to-run' });
  const plan = yield* orderNodes(runnable, [...new Set(targets)]);
  const planned = new Set(plan.nodes.map(({ id }) => id));
  const conflicts = findConflicts(expansion, (id) => planned.has(id));
  return conflicts.length > 0 ? failure(...conflicts) : success(plan);
}

/** Mutes nodes of unknown types that no target reads, so that they do not block a run of named targets. */
function withoutUnneeded(workflow: Workflow, catalog: Catalog, targets: readonly string[]): Workflow {
  const { types } = catalogOf(workflow, catalog);
  const unknown = Object.entries(workflow.nodes).filter(([, { type }]) => !types.has(type));
  if (unknown.length === 0) return workflow;
  // A target inside a subgraph, or a copy that a sweep makes, needs what the node as it is written needs.
  const needed = new Set(targets.map((target) => target.split(/[/@]/)[0] ?? target));
  // A set that grows is walked to its end.
  for (const id of needed) {
    for (const input of Object.values(ownNode(workflow, id)?.inputs ?? {})) {
      const link = parseLink(input);
      if (link !== undefined) needed.add(link.node);
    }
  }
  const muted = unknown.filter(([id]) => !needed.has(id)).map(([id, node]) => [id, { ...node, mode: 'mute' }] as const);
  return { ...workflow, nodes: { ...workflow.nodes, ...Object.fromEntries(muted) } };
}

function isIds(wanted: readonly string[] | PlanTargets): wanted is readonly string[] {
  return Array.isArray(wanted);
}

interface Runnable<Node extends NodeDefinition> {
  readonly definition: Node;
  readonly node: WorkflowNode;
  readonly inputs: readonly { readonly input: string; readonly node: string; readonly output: string }[];
}

type RunnableNodes<Node extends NodeDefinition> = ReadonlyMap<string, Runnable<Node>>;

/** The nodes that can run: neither muted nor bypassed, nor in need of a muted one. */
function* findRunnable<Node extends NodeDefinition>(
  workflow: Workflow,
  catalog: Catalog<Node>,
): Steps<RunnableNodes<Node>> {
  const runnable = new Map<string, Runnable<Node>>();
  const lacking: string[] = [];
  const readers = new Map<string, string[]>();
  const resolve = createSourceResolver(workflow, catalog);
  let seen = 0;
  for (const [id, node] of Object.entries(workflow.nodes)) {
    if (++seen % NODES_A_STEP === 0) yield;
    const definition = catalog.types.get(node.type);
    if (definition === undefined || node.mode !== undefined) continue;
    const inputs: { input: string; node: string; output: string }[] = [];
    for (const [input, port] of Object.entries(definition.inputs)) {
      const text = ownEntry(node.inputs, input);
      const link = text === undefined ? undefined : parseLink(text);
      if (link === undefined) continue;
      const resolved = resolve(link);
      if (resolved.kind === 'found') {
        inputs.push({ input, ...resolved.source });
        if (port.optional) continue;
        const others = readers.get(resolved.source.node);
        if (others === undefined) readers.set(resolved.source.node, [id]);
        else others.push(id);
      } else if (!port.optional) lacking.push(id);
    }
    runnable.set(id, { definition, node, inputs });
  }
  // What needs a muted node cannot run, nor can what needs that.
  for (let id = lacking.pop(); id !== undefined; id = lacking.pop()) {
    if (runnable.delete(id)) lacking.push(...(readers.get(id) ?? []));
  }
  return runnable;
}

function defaultTargets<Node extends NodeDefinition>(
  { workflow, catalog, replaced }: Expansion<Node>,
  runnable: RunnableNodes<Node>,
): readonly string[] {
  const ids = [...runnable.keys()];
  const declaresEffects = (id: string) => catalog.types.get(ownNode(workflow, id)?.type ?? '')?.sideEffects === true;
  const withEffects = ids.filter(declaresEffects);
  // A workflow whose outputs are all muted has nothing to do; only one that never had any falls back to its ends.
  if (withEffects.length > 0 || Object.keys(workflow.nodes).some(declaresEffects)) return withEffects;
  const read = new Set([...runnable.values()].flatMap(({ inputs }) => inputs.map((input) => input.node)));
  return ids.filter((id) => !read.has(id) && !replaced.has(id));
}

function checkTarget<Node extends NodeDefinition>(
  workflow: Workflow,
  runnable: RunnableNodes<Node>,
  target: string,
): readonly Diagnostic[] {
  if (runnable.has(target)) return [];
  if (ownNode(workflow, target) !== undefined) return [{ code: 'muted-target', target }];
  return [{ code: 'unknown-target', target: shortName(target), similar: [] }];
}

/** With what the first ones were probably meant to be. */
function suggestTargets(problems: readonly Diagnostic[], { nodes }: Workflow): readonly Diagnostic[] {
  const ids = Object.keys(nodes);
  return problems.map((problem, i) =>
    problem.code === 'unknown-target' && i < MAX_SUGGESTIONS
      ? { ...problem, similar: similarNames(problem.target, ids) }
      : problem,
  );
}

/** Depth first, a node after all it reads: what one target needs stays together, so its outputs can be dropped early. */
function* orderNodes<Node extends NodeDefinition>(
  runnable: RunnableNodes<Node>,
  targets: readonly string[],
): Steps<Plan<Node>> {
  const places = new Map<string, number>();
  const nodes: PlannedNode<Node>[] = [];
  for (const target of targets) {
    const path = [{ id: target, next: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      // Validation found no cycle, and inputs name runnable nodes or were dropped.
      const current = runnable.get(top.id);
      if (current === undefined) throw new Error(`Internal error: plan holds unknown node ${top.id}`);
      if (places.has(top.id)) {
        path.pop();
        continue;
      }
      const input = current.inputs[top.next++];
      if (input !== undefined) {
        if (!places.has(input.node) && runnable.has(input.node)) path.push({ id: input.node, next: 0 });
        continue;
      }
      if (nodes.length % NODES_A_STEP === 0) yield;
      places.set(top.id, nodes.length);
      nodes.push({
        id: top.id,
        definition: current.definition,
        params: fillParams(current),
        inputs: current.inputs.flatMap(({ input: name, node, output }) => {
          const source = places.get(node);
          return source === undefined ? [] : [{ input: name, source, output }];
        }),
      });
      path.pop();
    }
  }
  return { nodes, targets: targets.map((id) => places.get(id) as number) };
}

function fillParams<Node extends NodeDefinition>({
  definition,
  node,
}: Runnable<Node>): Readonly<Record<string, unknown>> {
  const params: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(definition.params))
    params[name] = ownEntry(node.params, name) ?? param.default;
  return settleParams(definition, params);
}

/** Those who only draw a graph have definitions without functions. */
function settleParams(
  { settle }: NodeDefinition & Pick<EvaluableNode<never>, 'settle'>,
  params: Record<string, unknown>,
): Readonly<Record<string, unknown>> {
  if (settle === undefined) return params;
  try {
    return settle(params);
  } catch {
    // The node reports the reason when it is evaluated, as part of the run.
    return params;
  }
}
