import type { Catalog } from '../../definition/catalog.js';
import type { AxisName } from '../../document/sweep-axis.js';
import { parseLink, type WorkflowNode } from '../../document/workflow.js';

/** The nodes among which sweeps are expanded. */
export type Nodes = Readonly<Record<string, WorkflowNode>>;

/** What has to be copied for a sweep. */
export interface Between {
  /** Ids, each after its inputs. */
  readonly order: readonly string[];
  readonly depends: Readonly<Record<AxisName, ReadonlySet<string>>>;
  /** Whether the varied node is among what the sweep reads; true without an axis. */
  readonly reached: Readonly<Record<AxisName, boolean>>;
}

/**
 * Of what the sweep reads, that which depends on a varied node.
 *
 * @param mayHold false for nodes that are known not to depend on one; what they read is not looked at
 */
export function findBetween(
  sweep: string,
  nodes: Nodes,
  varied: Readonly<Record<AxisName, string | undefined>>,
  mayHold: (id: string) => boolean = () => true,
): Between {
  const ancestors = orderAncestors([sweep], nodes, mayHold).filter((id) => id !== sweep);
  const dependsOn = (start: string | undefined) => {
    const depends = new Set<string>();
    for (const id of ancestors) {
      if (id === start || sourcesOf(nodes[id]).some((source) => depends.has(source))) depends.add(id);
    }
    return depends;
  };
  const depends = { x: dependsOn(varied.x), y: dependsOn(varied.y) };
  const reached = (axis: AxisName) => varied[axis] === undefined || depends[axis].size > 0;
  const order = ancestors.filter((id) => depends.x.has(id) || depends.y.has(id));
  return { order, depends, reached: { x: reached('x'), y: reached('y') } };
}

/** Active sweeps, each after those that it reads. */
export function sweepsInOrder(nodes: Nodes, catalog: Catalog): readonly string[] {
  const isSweep = (id: string) => {
    const node = nodes[id];
    return node?.mode === undefined && catalog.types.get(node?.type ?? '')?.expands?.kind === 'sweep';
  };
  const sweeps = Object.keys(nodes).filter(isSweep);
  return sweeps.length < 2 ? sweeps : orderAncestors(sweeps, nodes).filter(isSweep);
}

/** The nodes and everything they depend on, each once, after its inputs. */
function orderAncestors(
  starts: readonly string[],
  nodes: Nodes,
  mayHold: (id: string) => boolean = () => true,
): readonly string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  for (const start of starts) {
    if (seen.has(start)) continue;
    seen.add(start);
    const path = [{ id: start, sources: sourcesOf(nodes[start]) }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const source = top.sources.pop();
      if (source === undefined) {
        path.pop();
        order.push(top.id);
      } else if (!seen.has(source) && Object.hasOwn(nodes, source) && mayHold(source)) {
        seen.add(source);
        path.push({ id: source, sources: sourcesOf(nodes[source]) });
      }
    }
  }
  return order;
}

export function sourcesOf(node: WorkflowNode | undefined): string[] {
  return Object.values(node?.inputs ?? {}).flatMap((link) => parseLink(link)?.node ?? []);
}
