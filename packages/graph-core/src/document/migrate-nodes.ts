import {
  compareVersions,
  type KnownPackages,
  type NodeMigration,
  type NodePackage,
  packageOfType,
} from '../definition/node-packages.js';
import { parseLink, type Subgraph, type Workflow, type WorkflowNode } from './workflow.js';

/**
 * Gives nodes of packages the form that they have in the versions which are here. The workflow says under `plugins` of which
 * version its nodes are; of a package that it does not name, they are taken as they are.
 *
 * @returns the same object where nothing changes
 */
export function migrateNodes(workflow: Workflow, { packages }: KnownPackages): Workflow {
  let migrated = workflow;
  for (const [name, version] of Object.entries(workflow.plugins ?? {})) {
    const known = packages.get(name);
    if (known === undefined || compareVersions(version, known.version) >= 0) continue;
    for (const migration of migrationsBetween(known, version)) migrated = applyMigration(migrated, name, migration);
    migrated = { ...migrated, plugins: { ...migrated.plugins, [name]: known.version } };
  }
  return migrated;
}

/**
 * The workflow as it is saved: migrated, and with the versions of the packages whose nodes it uses under `plugins`.
 * Versions of packages that are not installed are kept.
 *
 * @returns the same object if nothing changes
 */
export function withPackageVersions(given: Workflow, known: KnownPackages): Workflow {
  const workflow = migrateNodes(given, known);
  const { packages } = known;
  const { plugins: said = {}, ...rest } = workflow;
  const bodies = [workflow, ...Object.values(workflow.subgraphs ?? {})];
  const used = new Set(
    bodies.flatMap(({ nodes }) => Object.values(nodes)).flatMap(({ type }) => packageOfType(type) ?? []),
  );
  const versions = [...used].sort().flatMap((name): (readonly [string, string])[] => {
    const here = packages.get(name)?.version;
    const before = Object.hasOwn(said, name) ? said[name] : undefined;
    // Of a newer version than is here they stay.
    const isNewer = here !== undefined && before !== undefined && compareVersions(before, here) > 0;
    const version = isNewer ? before : (here ?? before);
    return version === undefined ? [] : [[name, version]];
  });
  const isSame =
    versions.length === Object.keys(said).length && versions.every(([name, version]) => said[name] === version);
  if (isSame) return workflow;
  return versions.length === 0 ? rest : { ...rest, plugins: Object.fromEntries(versions) };
}

/** In order of version; within one version in their own order. */
function migrationsBetween({ migrations, version: here }: NodePackage, from: string): readonly NodeMigration[] {
  return migrations
    .filter(({ version }) => compareVersions(version, from) > 0 && compareVersions(version, here) <= 0)
    .toSorted((a, b) => compareVersions(a.version, b.version));
}

/** Everything that names nodes, ports and params: the nodes, and what inputs and subgraphs lead to. */
function applyMigration(workflow: Workflow, packageName: string, migration: NodeMigration): Workflow {
  const type = `${packageName}/${migration.type}`;
  const bodies = [workflow, ...Object.values(workflow.subgraphs ?? {})];
  if (bodies.every(({ nodes }) => Object.values(nodes).every((node) => node.type !== type))) return workflow;
  const { inputs, subgraphs } = workflow;
  const places = renamer(workflow.nodes, type, migration);
  return {
    ...workflow,
    nodes: migrateBody(workflow.nodes, { type, packageName, migration }),
    ...(inputs && {
      inputs: mapEntries(inputs, (input) => ({ ...input, to: input.to.map(places.param) })),
    }),
    ...(subgraphs && {
      subgraphs: mapEntries(subgraphs, (subgraph) => migrateSubgraph(subgraph, { type, packageName, migration })),
    }),
  };
}

interface Migrated {
  /** With the package, before the migration. */
  readonly type: string;
  readonly packageName: string;
  readonly migration: NodeMigration;
}

function migrateSubgraph(subgraph: Subgraph, migrated: Migrated): Subgraph {
  const { inputs, outputs, params } = subgraph;
  const places = renamer(subgraph.nodes, migrated.type, migrated.migration);
  return {
    ...subgraph,
    nodes: migrateBody(subgraph.nodes, migrated),
    ...(inputs && { inputs: mapEntries(inputs, (port) => ({ ...port, to: port.to.map(places.input) })) }),
    ...(outputs && { outputs: mapEntries(outputs, places.output) }),
    ...(params && { params: mapEntries(params, places.param) }),
  };
}

function migrateBody(nodes: Workflow['nodes'], migrated: Migrated): Workflow['nodes'] {
  const places = renamer(nodes, migrated.type, migrated.migration);
  return mapEntries(nodes, (node) => {
    const inputs = node.inputs && mapEntries(node.inputs, places.output);
    const isSame = inputs === undefined || Object.entries(inputs).every(([name, link]) => node.inputs?.[name] === link);
    const linked = isSame ? node : { ...node, inputs };
    return node.type === migrated.type ? migrateNode(linked, migrated) : linked;
  });
}

function migrateNode(node: WorkflowNode, { packageName, migration }: Migrated): WorkflowNode {
  const { renameType, renameInputs, renameParams, renameValues = {}, setParams = {} } = migration;
  const params = Object.fromEntries(
    renamed(node.params ?? {}, renameParams, migration.removeParams).map(([name, value]) => {
      const values = Object.hasOwn(renameValues, name) ? renameValues[name] : undefined;
      const isNamed = typeof value === 'string' && values !== undefined && Object.hasOwn(values, value);
      return [name, isNamed ? values[value] : value];
    }),
  );
  const inputs = Object.fromEntries(renamed(node.inputs ?? {}, renameInputs, migration.removeInputs));
  const all = { ...setParams, ...params };
  return {
    ...node,
    ...(renameType !== undefined && { type: `${packageName}/${renameType}` }),
    ...(node.inputs && { inputs }),
    ...((node.params || Object.keys(all).length > 0) && { params: all }),
  };
}

function renamed<Value>(
  values: Readonly<Record<string, Value>>,
  names: Readonly<Record<string, string>> = {},
  removed: readonly string[] = [],
): readonly (readonly [string, Value])[] {
  return Object.entries(values)
    .filter(([name]) => !removed.includes(name))
    .map(([name, value]) => [newName(names, name), value]);
}

/** What `node.port` and `node.param` become where the node is of the type. */
function renamer(
  nodes: Workflow['nodes'],
  type: string,
  { renameInputs = {}, renameOutputs = {}, renameParams = {} }: NodeMigration,
) {
  const renameIn = (names: Readonly<Record<string, string>>) => (place: string) => {
    const link = parseLink(place);
    if (link === undefined || !Object.hasOwn(nodes, link.node) || nodes[link.node]?.type !== type) return place;
    return `${link.node}.${newName(names, link.output)}`;
  };
  return { input: renameIn(renameInputs), output: renameIn(renameOutputs), param: renameIn(renameParams) };
}

function newName(names: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(names, name) ? (names[name] ?? name) : name;
}

function mapEntries<Value, Made>(
  entries: Readonly<Record<string, Value>>,
  make: (value: Value) => Made,
): Readonly<Record<string, Made>> {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, make(value)]));
}
