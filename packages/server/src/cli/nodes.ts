import { type NodeDefinition, type Param, toDefinition, unreachable } from '@unclip-studio/graph-core';
import { EXIT } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** `unclip nodes`: lists the node types, for people or, as their definitions in one JSON array, for programs. */
export async function listNodes({ json }: { readonly json: boolean }, terminal: Terminal): Promise<number> {
  const { unclipNodes } = await import('@unclip-studio/nodes-unclip');
  const definitions = unclipNodes.map(toDefinition);
  if (json) terminal.out(JSON.stringify(definitions, null, 2));
  else for (const line of definitions.flatMap(describeNode)) terminal.out(line);
  return EXIT.done;
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

function describeParam(param: Param): string {
  switch (param.kind) {
    case 'number':
    case 'integer':
      return `${param.default} (${param.min} to ${param.max}${param.unit ? ` ${param.unit}` : ''})`;
    case 'seed':
      return `${param.default} (a seed)`;
    case 'boolean':
      return `${param.default}`;
    case 'text':
      return JSON.stringify(param.default);
    case 'choice':
      return `${param.default} (${param.options.join(', ')})`;
    case 'image':
      return '(a picture)';
    case 'checkpoint':
      return `${JSON.stringify(param.default)} (a checkpoint)`;
    default:
      return unreachable(param);
  }
}
