import {
  type Catalog,
  catalogOf,
  MAX_SEED,
  type NodeDefinition,
  type Param,
  toDefinition,
  unreachable,
} from '@unclip-studio/graph-core';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { loadPluginCatalog } from '../plugin-catalog.js';
import { readWorkflowFile } from '../read-workflow.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip nodes`: lists the node types, for people or, as their definitions in one JSON array, for programs.
 *
 * @param file a workflow whose subgraphs are to be listed instead
 */
export async function listNodes(
  { file, json, ...folders }: ConfigOf<'nodes'>,
  { io, terminal }: CommandContext,
): Promise<number> {
  const { catalog, plugins } = await loadPluginCatalog(folders, { terminal });
  await plugins.close();
  const definitions =
    file === undefined ? [...catalog.types.values()].map(toDefinition) : await listSubgraphs(file, { io, catalog });
  if (json) terminal.out(JSON.stringify(definitions, null, 2));
  else for (const line of definitions.flatMap(describeNode)) terminal.out(line);
  return EXIT.done;
}

async function listSubgraphs(
  file: string,
  { io, catalog }: { readonly io: Io; readonly catalog: Catalog },
): Promise<readonly NodeDefinition[]> {
  const { workflow, shown } = await readWorkflowFile(file, io);
  const own = [...catalogOf(workflow, catalog).types.values()].filter(({ type }) => !catalog.types.has(type));
  if (own.length === 0) throw new BadInput([`${shown} has no subgraphs. List all node types with: unclip nodes`]);
  return own;
}

function describeNode(node: NodeDefinition): readonly string[] {
  const inputs = Object.entries(node.inputs).map(([name, port]) => `${name}${port.optional ? '?' : ''}: ${port.type}`);
  const outputs = Object.entries(node.outputs).map(([name, port]) => `${name}: ${port.type}`);
  return [
    `${node.type} (${inputs.join(', ')}) -> ${outputs.length === 0 ? 'nothing' : outputs.join(', ')}`,
    `  ${node.description}`,
    ...Object.entries(node.params).map(([name, param]) => `  ${name} = ${describeParam(param)}: ${param.help}`),
    '',
  ];
}

/** Its default, and its range. */
export function describeParam(param: Param): string {
  switch (param.kind) {
    case 'number':
    case 'integer':
      return `${param.default} (${param.min} to ${param.max}${param.unit ? ` ${param.unit}` : ''})`;
    case 'seed':
      return `${param.default} (a seed, 0 to ${MAX_SEED}; only its low 32 bits count, so two seeds may give one image)`;
    case 'boolean':
      return `${param.default}`;
    case 'text':
      return JSON.stringify(param.default);
    case 'choice':
      return `${param.default} (${param.options.join(', ')})`;
    case 'image':
      return '(an image)';
    case 'checkpoint':
      return param.model === undefined
        ? `${JSON.stringify(param.default)} (a checkpoint)`
        : `(a file of the kind ${param.model})`;
    default:
      return unreachable(param);
  }
}
