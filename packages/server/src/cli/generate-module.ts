import {
  type Catalog,
  catalogOf,
  type DescribedInput,
  describeInputs,
  formatWorkflow,
  type Param,
  type Plan,
  SUBGRAPH_PREFIX,
  unreachable,
  type Workflow,
} from '@unclip-studio/graph-core';

/** A param as the function's caller sets it. */
interface Place {
  /** The key in the settings. */
  readonly key: string;
  /** The node's id, and its type as the file names it. */
  readonly node: { readonly id: string; readonly type: string };
  readonly name: string;
  readonly param: Param;
}

/**
 * A TypeScript module that holds a workflow as a typed function.
 *
 * @param fileName of the workflow, without its ending; the function is called after it
 */
export function generateModule(
  workflow: Workflow,
  { plan, catalog }: { readonly plan: Plan; readonly catalog: Catalog },
  fileName: string,
): string {
  const identifier = toIdentifier(fileName);
  const name = TAKEN.has(identifier) ? `${identifier}_` : identifier;
  const typeName = capitalized(name);
  const inputs = describeInputs(workflow, catalog);
  const places = findPlaces(workflow, { plan, catalog }, inputs);
  const makers = plan.nodes.filter(({ definition }) => definition.sideEffects);
  const { layout: _, ...meaning } = workflow;
  return [
    `// Written by "unclip gen ${inComment(fileName)}". Generate it again after changing the workflow; edits are lost.`,
    ...describePackages(workflow),
    "import { type RgbImage, type RunWorkflowOptions, runWorkflow, type Workflow } from 'unclip-studio';",
    '',
    '/** What may be set; what is left out is as in the workflow. */',
    `export interface ${typeName}Settings {`,
    ...inputs.flatMap(describeInput),
    ...places.flatMap(describePlace),
    '}',
    '',
    '/** The images, by the node that made them. */',
    `export interface ${typeName}Pictures {`,
    ...makers.map(({ id }) => `  readonly ${quotedKey(id)}: readonly RgbImage[];`),
    '}',
    '',
    `/** Runs the workflow ${inComment(workflow.title ?? fileName)} in this process, and writes no files. */`,
    `export async function ${name}(`,
    `  settings: ${typeName}Settings = {},`,
    '  options: RunWorkflowOptions = {},',
    `): Promise<${typeName}Pictures> {`,
    '  const pictures = await runWorkflow(WORKFLOW, {',
    ...inputs.map((input) => `    ${JSON.stringify(input.name)}: settings.${toIdentifier(input.name)},`),
    ...places.map(({ key, node, name: param }) => `    ${JSON.stringify(`${node.id}.${param}`)}: settings.${key},`),
    '  }, options);',
    '  return {',
    ...makers.map(({ id }) => `    ${quotedKey(id)}: pictures[${JSON.stringify(id)}] ?? [],`),
    '  };',
    '}',
    '',
    // Asserted, not annotated: keys that the type does not know are kept in files, and so here.
    `const WORKFLOW = ${formatWorkflow(meaning).trimEnd()} as Workflow;`,
    '',
  ].join('\n');
}

/** Which plug-ins the module needs, and how it gets them. */
function describePackages({ plugins = {} }: Workflow): readonly string[] {
  const needed = Object.entries(plugins).map(([name, version]) => inComment(`${name}@${version}`));
  if (needed.length === 0) return [];
  return [
    `// It uses nodes of plug-ins: ${needed.join(', ')}. Add them with "unclip plugins add NAME", or name their folders as`,
    '// `nodeFolders` in the options.',
  ];
}

// Names that the module uses itself, and words of the language that people call files by.
const TAKEN: ReadonlySet<string> = new Set([
  ...['runWorkflow', 'settings', 'options', 'pictures'],
  ...[
    'default',
    'new',
    'delete',
    'class',
    'function',
    'import',
    'export',
    'switch',
    'case',
    'return',
    'package',
    'with',
  ],
]);

/** Every param that decides an image. An image to read goes by its node's name, others by their own if that is free. */
function findPlaces(
  workflow: Workflow,
  { plan: { nodes }, catalog }: { readonly plan: Plan; readonly catalog: Catalog },
  inputs: readonly DescribedInput[],
): readonly Place[] {
  const setByInputs = new Set(inputs.flatMap(({ to }) => to));
  const { types } = catalogOf(workflow, catalog);
  // What a sweep or subgraph became is set where the file has it, in the order of the plan.
  const written = [...new Set(nodes.map(({ id }) => id.replace(/[@/].*$/s, '')))];
  const found = written.flatMap((id) => {
    const type = workflow.nodes[id]?.type ?? '';
    const definition = types.get(type);
    // Of a node with an effect only what a subgraph lets be set decides an image.
    if (definition === undefined || (definition.sideEffects && !type.startsWith(SUBGRAPH_PREFIX))) return [];
    return Object.entries(definition.params)
      .filter(([name]) => !setByInputs.has(`${id}.${name}`))
      .map(([name, param]) => ({ node: { id, type }, name, param }));
  });
  const short = ({ node, name, param }: (typeof found)[number]) =>
    toIdentifier(param.kind === 'image' ? node.id : name);
  const times = new Map<string, number>();
  for (const place of found) times.set(short(place), (times.get(short(place)) ?? 0) + 1);
  const used = new Set(inputs.map(({ name }) => toIdentifier(name)));
  return found.map((place) => {
    const isFree = times.get(short(place)) === 1;
    let key = isFree ? short(place) : `${toIdentifier(place.node.id)}${capitalized(toIdentifier(place.name))}`;
    // Ids that differ only in what an identifier cannot hold.
    while (used.has(key)) key = `${key}_`;
    used.add(key);
    return { ...place, key };
  });
}

function describePlace({ key, node, param }: Place): readonly string[] {
  const what = `${node.id} (${node.type})`;
  const path = param.kind === 'image' ? ' A path.' : '';
  return [`  /** ${what}: ${inComment(param.help)}${path} */`, `  readonly ${key}?: ${typeOf(param)} | undefined;`];
}

function describeInput({ name, label, help, param }: DescribedInput): readonly string[] {
  const path = param.kind === 'image' ? ' A path.' : '';
  return [
    `  /** ${inComment(`${label}: ${help}`)}${path} */`,
    `  readonly ${toIdentifier(name)}?: ${typeOf(param)} | undefined;`,
  ];
}

function typeOf(param: Param): string {
  switch (param.kind) {
    case 'number':
    case 'integer':
      return 'number';
    case 'seed':
      return 'number | string';
    case 'boolean':
      return 'boolean';
    case 'choice':
      return param.options.map((option) => JSON.stringify(option)).join(' | ');
    case 'text':
    case 'image':
    case 'checkpoint':
      return 'string';
    default:
      return unreachable(param);
  }
}

/** camelCase; a leading digit gets an underscore. */
function toIdentifier(text: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const joined = words.map((word, i) => (i === 0 ? word : capitalized(word))).join('');
  return /^[A-Za-z]/.test(joined) ? `${joined[0]?.toLowerCase()}${joined.slice(1)}` : `_${joined}`;
}

function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function quotedKey(id: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(id) ? id : JSON.stringify(id);
}

/** On one line, and without what would end the comment. */
function inComment(text: string): string {
  return text.replaceAll('*/', '* /').replace(/\s+/g, ' ');
}
