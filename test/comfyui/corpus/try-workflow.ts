import { createHash } from 'node:crypto';
import {
  type ComfyApiNode,
  ComfyFormatError,
  exportComfyUi,
  importComfyUi,
  PLACEHOLDER_PREFIX,
} from '@unclip-studio/comfyui';
import { createCatalog, type Diagnostic, planRun, type Workflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';

/** What became of a file of ComfyUI here. */
export interface TriedWorkflow {
  readonly isPlanned: boolean;
  /** The reason: short, the same for all files it affects, so that those affecting most files can be fixed first. */
  readonly causes: readonly string[];
  /** Names nodes and links without ids and values; `undefined` if the file cannot be read. */
  readonly structure?: string;
}

const catalog = createCatalog(unclipNodes);

/** Imports a page or a prompt of ComfyUI, and plans all that it saves or shows. Models need not be there. */
export function tryWorkflow(text: string): TriedWorkflow {
  try {
    const { workflow } = importComfyUi(text);
    const planned = planRun(workflow, catalog);
    return {
      isPlanned: planned.ok,
      causes: planned.ok ? [] : causesOf(workflow, planned.diagnostics),
      structure: structureOf(exportComfyUi(workflow).prompt),
    };
  } catch (error) {
    if (!(error instanceof ComfyFormatError)) throw error;
    return { isPlanned: false, causes: [`not read: ${error.message}`] };
  }
}

/** Classes without a counterpart, if there are any; what is wrong behind them may follow from them. */
function causesOf({ nodes }: Workflow, problems: readonly Diagnostic[]): readonly string[] {
  const missing = Object.values(nodes).flatMap(({ type, mode }) =>
    type.startsWith(PLACEHOLDER_PREFIX) && mode === undefined ? [type.slice(PLACEHOLDER_PREFIX.length)] : [],
  );
  return [...new Set(missing.length > 0 ? missing : problems.map((problem) => nameProblem(problem, nodes)))];
}

/** As in `missing-input: VAEDecode.vae`, without the ids of one file. */
function nameProblem(problem: Diagnostic, nodes: Workflow['nodes']): string {
  const node = 'node' in problem && problem.node !== undefined ? [nodes[problem.node]?.type ?? problem.node] : [];
  const port = 'input' in problem ? [problem.input] : 'param' in problem ? [problem.param] : [];
  return `${problem.code}: ${[...node, ...port].join('.')}`;
}

/** Hashes each node with all it reads, as deep as the graph is: the order of the nodes in the file does not count. */
function structureOf(prompt: Readonly<Record<string, ComfyApiNode>>): string {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
  const known = new Map<string, string>();
  const labelOf = (id: string, above: ReadonlySet<string>): string => {
    const node = prompt[id];
    const label = known.get(id);
    if (label !== undefined) return label;
    if (node === undefined || above.has(id)) return '-';
    const read = Object.entries(node.inputs)
      .flatMap(([input, value]) =>
        Array.isArray(value) ? [`${input}=${labelOf(String(value[0]), new Set([...above, id]))}.${value[1]}`] : [],
      )
      .sort();
    const made = hash([node.class_type, ...read].join('\n'));
    known.set(id, made);
    return made;
  };
  const labels = Object.keys(prompt).map((id) => labelOf(id, new Set()));
  return hash(labels.sort().join('\n'));
}
