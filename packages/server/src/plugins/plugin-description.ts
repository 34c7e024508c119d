import {
  compareVersions,
  describeDiagnostic,
  isVersion,
  type NodeMessages,
  type NodeMigration,
  readWorkflow,
  type Workflow,
} from '@unclip-studio/graph-core';
import { z } from 'zod';
import type { PluginManifest } from './manifest.js';
import { PluginError } from './plugin-errors.js';
import { PORT_TYPES_FOR_PLUGINS } from './plugin-values.js';

const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected letters, digits, "_" or "-"');
const words = (most: number) => z.string().max(most);
const finite = z.number();

const paramBase = { label: words(80).optional(), help: words(500), added: z.literal(true).optional() };
const range = { min: finite, max: finite, unit: words(20).optional() };

// Regular expressions are left out: untrusted ones could keep the server busy.
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

const names = z.record(name, name);
const migration = z.strictObject({
  version: z.string().refine(isVersion, 'expected a version such as 1.0.0'),
  type: name,
  renameType: name.optional(),
  renameInputs: names.optional(),
  renameOutputs: names.optional(),
  renameParams: names.optional(),
  renameValues: z.record(name, z.record(words(80), words(80))).optional(),
  setParams: z.record(name, z.union([finite, words(10_000), z.boolean()])).optional(),
  removeInputs: z.array(name).max(100).optional(),
  removeParams: z.array(name).max(100).optional(),
});

const language = z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?$/, 'expected a language such as de or zh-CN');

// As much as a list of templates shows.
const MAX_TITLE = 200;
const MAX_DESCRIPTION = 2_000;

const description = z.strictObject({
  nodes: z.array(node).max(200),
  portTypes: z.array(z.strictObject({ name, looks, describe: words(500) })).max(50),
  migrations: z.array(migration).max(500),
  workflows: z.record(name, z.unknown()),
  messages: z.record(language, z.record(words(200), words(1000))),
});

/** The description of a plug-in, checked. */
export interface PluginDescription extends Pick<z.infer<typeof description>, 'nodes' | 'portTypes'> {
  readonly migrations: readonly NodeMigration[];
  /** Example workflows, by name. */
  readonly workflows: ReadonlyMap<string, Workflow>;
  /** Language -> texts, whose keys begin with the type as workflows name it. */
  readonly messages: Readonly<Record<string, NodeMessages>>;
}

// As many problems as a developer reads at once.
const TOLD_PROBLEMS = 5;

/** @throws PluginError with the errors in the description of the plug-in */
export function readDescription(value: unknown, manifest: PluginManifest): PluginDescription {
  const read = description.safeParse(value);
  if (!read.success) {
    throw wrong(
      manifest,
      read.error.issues.map(({ path, message }) => `${pathIn(path)}: ${message}`),
    );
  }
  const { nodes, portTypes, migrations, messages } = read.data;
  const workflows = Object.entries(read.data.workflows).map(([id, one]) => [id, readWorkflow(one)] as const);
  const problems = [
    ...nodes.flatMap((one) => problemsOf(one, portTypes)),
    ...migrations
      .filter(({ version }) => compareVersions(version, manifest.version) > 0)
      .map(({ type, version }) => `migrations: ${type} has one to ${version}, and this is ${manifest.version}`),
    ...workflows.flatMap(([id, one]) =>
      one.ok
        ? tooLong(id, one.value)
        : one.diagnostics.map((diagnostic) => `workflows.${id}: ${describeDiagnostic(diagnostic)}`),
    ),
  ];
  if (problems.length > 0) throw wrong(manifest, problems);
  return {
    ...{ nodes, portTypes },
    // Optional fields that are left out are left out here as well.
    migrations: migrations as readonly NodeMigration[],
    workflows: new Map(workflows.flatMap(([id, one]) => (one.ok ? [[id, one.value] as const] : []))),
    messages: Object.fromEntries(
      Object.entries(messages).map(([one, texts]) => [one, withPackage(texts, manifest.name)]),
    ),
  };
}

function tooLong(id: string, { title = '', description: words = '' }: Workflow): readonly string[] {
  const isShort = title.length <= MAX_TITLE && words.length <= MAX_DESCRIPTION;
  return isShort
    ? []
    : [`workflows.${id}: its title has at most ${MAX_TITLE} characters, its description ${MAX_DESCRIPTION}`];
}

/** `*` means all types of the plug-in. */
function withPackage(texts: NodeMessages, packageName: string): NodeMessages {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key.startsWith('*.') ? key : `${packageName}/${key}`, text]),
  );
}

function wrong({ name: plugin }: PluginManifest, problems: readonly string[]): PluginError {
  const more = problems.length - TOLD_PROBLEMS;
  const told = problems.slice(0, TOLD_PROBLEMS).join('; ');
  return new PluginError(plugin, more > 0 ? `${told}; and ${more} more` : told);
}

function problemsOf(
  { type, inputs, outputs, pure, sideEffects }: PluginDescription['nodes'][number],
  portTypes: PluginDescription['portTypes'],
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

function pathIn(path: readonly PropertyKey[]): string {
  return path.map(String).join('.') || 'what it exports';
}
