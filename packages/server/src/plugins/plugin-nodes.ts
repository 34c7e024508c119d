import type { NodeDefinition, PluginOrigin, PortLooks } from '@unclip-studio/graph-core';
import { createCatalog } from '@unclip-studio/graph-core';
import type { UnclipNode } from '@unclip-studio/nodes-unclip';
import { z } from 'zod';
import type { PluginManifest } from './manifest.js';
import { PluginError } from './plugin-errors.js';
import type { PluginHost } from './plugin-host.js';
import { createPluginServices, type Grants } from './plugin-services.js';
import { checkOutput, handlesOf, PORT_TYPES_FOR_PLUGINS } from './plugin-values.js';

const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected letters, digits, "_" or "-"');
const words = (most: number) => z.string().max(most);
const finite = z.number();

const paramBase = { label: words(80).optional(), help: words(500), added: z.literal(true).optional() };
const range = { min: finite, max: finite, unit: words(20).optional() };

// Regular expressions are left out: those of a stranger could keep the server busy.
const param = z.discriminatedUnion('kind', [
  z.strictObject({ ...paramBase, ...range, kind: z.literal('number'), default: finite, step: finite.optional() }),
  z.strictObject({
    ...paramBase,
    ...range,
    kind: z.literal('integer'),
    default: z.int(),
    multipleOf: z.int().positive().optional(),
  }),
  z.strictObject({ ...paramBase, kind: z.literal('seed'), default: z.int().nonnegative() }),
  z.strictObject({ ...paramBase, kind: z.literal('boolean'), default: z.boolean() }),
  z.strictObject({
    ...{ ...paramBase, kind: z.literal('text'), default: words(10_000), multiline: z.boolean().optional() },
    maxLength: z.int().min(1).max(1_000_000),
  }),
  z.strictObject({
    ...paramBase,
    kind: z.literal('choice'),
    default: words(80),
    options: z.array(words(80)).min(1).max(200),
  }),
]);

const port = z.strictObject({ type: name, help: words(500) });
const looks = z.strictObject({
  colour: z.string().regex(/^#[0-9a-f]{6}$/),
  shape: z.enum(['circle', 'diamond', 'square', 'triangle']),
});

const node = z.strictObject({
  type: name,
  version: z.int().min(1),
  title: words(80),
  description: words(1000),
  keywords: z.array(words(40)).max(40).optional(),
  category: words(40),
  inputs: z.record(name, port.extend({ optional: z.literal(true).optional() })),
  outputs: z.record(name, port),
  params: z.record(name, param),
  sideEffects: z.literal(true).optional(),
  pure: z.literal(true).optional(),
});

const description = z.strictObject({
  nodes: z.array(node).max(200),
  portTypes: z.array(z.strictObject({ name, looks, describe: words(500) })).max(50),
});
type Description = z.infer<typeof description>;

export interface LoadedCode {
  readonly manifest: PluginManifest;
  /** Absolute. */
  readonly folder: string;
  readonly origin: PluginOrigin;
  readonly host: PluginHost;
  readonly grants: Grants;
}

/**
 * The nodes of a plug-in as this program runs them, each named `PACKAGE/Type`.
 *
 * @throws PluginError with all that is wrong in what it says of itself
 */
export async function nodesOfPlugin(code: LoadedCode): Promise<readonly UnclipNode[]> {
  const { manifest, host } = code;
  const read = description.safeParse(await host.describe());
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${pathIn(path)}: ${message}`);
    throw new PluginError(manifest.name, problems.slice(0, 5).join('; '));
  }
  const problems = read.data.nodes.flatMap((one) => problemsOf(one, read.data));
  if (problems.length > 0) throw new PluginError(manifest.name, problems.slice(0, 5).join('; '));
  const nodes = read.data.nodes.map((one) => toNode(one, read.data, code));
  try {
    // What is wrong with one of its own definitions must not end the catalog of all.
    createCatalog(nodes);
  } catch (error) {
    throw new PluginError(manifest.name, error instanceof Error ? error.message.replace('Internal error: ', '') : '');
  }
  return nodes;
}

function problemsOf(
  { type, inputs, outputs, pure, sideEffects }: Description['nodes'][number],
  { portTypes }: Description,
): readonly string[] {
  const known = new Set([...PORT_TYPES_FOR_PLUGINS.keys(), ...portTypes.map((one) => one.name)]);
  const ports = [...Object.entries(inputs), ...Object.entries(outputs)];
  const unknown = ports.filter(([, one]) => !known.has(one.type));
  return [
    ...unknown.map(([port, one]) => `${type}.${port}: plug-ins may use ${[...known].join(', ')}, and not ${one.type}`),
    ...(pure === sideEffects
      ? [`${type}: say "pure: true", or "sideEffects: true" if it does something outside of the graph`]
      : []),
    ...(sideEffects && Object.keys(outputs).length > 0 ? [`${type}: a node with side effects gives nothing`] : []),
  ];
}

function toNode(own: Description['nodes'][number], { portTypes }: Description, code: LoadedCode): UnclipNode {
  const { manifest, origin, host, folder, grants } = code;
  const ownTypes = new Map(portTypes.map((one) => [one.name, one.looks as PortLooks]));
  const typeOf = (type: string) => (ownTypes.has(type) ? `${manifest.name}/${type}` : type);
  const withLooks = <Port extends { readonly type: string }>(ports: Readonly<Record<string, Port>>) =>
    Object.fromEntries(
      Object.entries(ports).map(([port, one]) => {
        const portLooks = ownTypes.get(one.type) ?? PORT_TYPES_FOR_PLUGINS.get(one.type);
        return [port, { ...one, type: typeOf(one.type), ...(portLooks && { looks: portLooks }) }];
      }),
    );
  // The schema has checked each field; only the optional ones differ in how they are left out.
  const definition = { ...own, inputs: withLooks(own.inputs), outputs: withLooks(own.outputs) } as NodeDefinition;
  return {
    ...definition,
    type: `${manifest.name}/${own.type}`,
    plugin: origin,
    async evaluate({ inputs, params }, { services, signal, progress }) {
      const handles = handlesOf(own.inputs, inputs);
      const serve = createPluginServices({
        manifest,
        folder,
        grants,
        isPure: own.pure === true,
        inference: services.inference,
      });
      const values = await host.call({ node: own.type, inputs, params, handles, signal, progress, serve });
      const checked: [string, unknown][] = [];
      for (const [output, { type }] of Object.entries(own.outputs)) {
        try {
          checked.push([output, await checkOutput(type, values[output], handles)]);
        } catch (error) {
          const problem = error instanceof Error ? error.message : String(error);
          throw new PluginError(manifest.name, `${own.type} gave no usable ${type} at "${output}": ${problem}`);
        }
      }
      return Object.fromEntries(checked);
    },
  };
}

function pathIn(path: readonly PropertyKey[]): string {
  return path.map(String).join('.') || 'what it exports';
}
