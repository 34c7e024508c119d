import {
  isSeed,
  type NodeDefinition,
  type SeedParam,
  seedPlus,
  setParams,
  type WorkflowNode,
} from '@unclip-studio/graph-core';
import { texts } from '../../messages/texts.js';
import type { DocumentDraft, SeedMode, WorkflowDocument } from '../document.js';
import type { DocumentStore } from '../document-store.js';
import { type ParamChange, writeParam } from './params.js';

export function setSeedMode(
  store: DocumentStore,
  { node, name, mode }: { readonly node: string; readonly name: string; readonly mode: SeedMode | undefined },
): boolean {
  return store.edit(texts.edits.setParam(name), (draft) => {
    writeSeedMode(draft, { node, name, mode });
  });
}

function writeSeedMode(
  { layout }: Pick<DocumentDraft, 'layout'>,
  { node, name, mode }: { readonly node: string; readonly name: string; readonly mode: SeedMode | undefined },
): void {
  const looks = layout.nodes[node];
  if (looks === undefined || looks.seeds?.[name] === mode) return;
  const { [name]: _, ...others } = looks.seeds ?? {};
  const seeds = mode === undefined ? others : { ...others, [name]: mode };
  if (Object.keys(seeds).length === 0) delete looks.seeds;
  else looks.seeds = seeds;
}

/** The seeds for the next run: new ones where `random`, one more where `increment`. Call it before a run starts. */
export function advanceSeeds(
  store: DocumentStore,
  definitionOf: (type: string) => NodeDefinition | undefined,
  random: () => number = randomSeed,
): boolean {
  const { whole } = store;
  // Including those inside subgraphs, whatever is on the canvas.
  const bodies = [[undefined, whole] as const, ...Object.entries(whole.subgraphs ?? {})];
  const changes = bodies.map(
    ([name, body]) => [name, seedChanges(body as WorkflowDocument, definitionOf, random)] as const,
  );
  if (changes.every(([, own]) => own.length === 0)) return false;
  return store.editWhole(texts.edits.newSeeds, (draft) => {
    for (const [name, own] of changes) {
      const nodes = name === undefined ? draft.nodes : draft.subgraphs?.[name]?.nodes;
      for (const change of own) if (nodes !== undefined) writeParam({ nodes }, change);
    }
  });
}

/**
 * The document for the next run, with nothing changed: a forecast with the current seeds would be one of known results.
 */
export function withNextSeeds(
  whole: WorkflowDocument,
  definitionOf: (type: string) => NodeDefinition | undefined,
  random: () => number = randomSeed,
): WorkflowDocument {
  const nextOf = <Body extends Pick<WorkflowDocument, 'nodes'>>(body: Body): Body =>
    // The editor gives every body its own layout.
    setParams(body, seedChanges(body as unknown as WorkflowDocument, definitionOf, random));
  const subgraphs = Object.entries(whole.subgraphs ?? {}).map(([name, body]) => [name, nextOf(body)] as const);
  return { ...nextOf(whole), ...(whole.subgraphs && { subgraphs: Object.fromEntries(subgraphs) }) };
}

/** A seed that is easy to read out: below 2^32, as other tools have them. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

function seedChanges(
  { nodes, layout }: WorkflowDocument,
  definitionOf: (type: string) => NodeDefinition | undefined,
  random: () => number,
): readonly ParamChange[] {
  return Object.entries(layout.nodes).flatMap(([id, { seeds }]) =>
    Object.entries(seeds ?? {}).flatMap(([name, mode]) => {
      const node = nodes[id];
      const param = node && definitionOf(node.type)?.params[name];
      if (node === undefined || param?.kind !== 'seed') return [];
      const seed = node.params?.[name] ?? param.default;
      // An invalid seed stays as it is, and validation reports it.
      if (mode === 'increment' && !isSeed(seed)) return [];
      const value = isSeed(seed) && mode === 'increment' ? seedPlus(seed, 1) : random();
      return [{ node: id, name, param, value }];
    }),
  );
}

/** Whether another input decides instead of this seed. */
export function isSeedOverridden(
  { inputs = {} }: WorkflowNode,
  definition: NodeDefinition | undefined,
  name: string,
): boolean {
  const source = definition?.seedFrom;
  return source?.param === name && inputs[source.input] !== undefined;
}

/** Sets every used seed to a new value, also inside subgraphs, as one step. @returns whether there was one */
export function renewSeeds(
  store: DocumentStore,
  definitionOf: (type: string) => NodeDefinition | undefined,
  random: () => number = randomSeed,
): boolean {
  return store.editWhole(texts.edits.newSeeds, (draft) => {
    for (const { nodes } of [draft, ...Object.values(draft.subgraphs ?? {})]) {
      for (const [id, node] of Object.entries(nodes)) {
        const definition = definitionOf(node.type);
        for (const [name, param] of seedParams(definition)) {
          // An unset one belongs to an option that is off.
          const isUnused = param.added === true && node.params?.[name] === undefined;
          if (isUnused || isSeedOverridden(node, definition, name)) continue;
          writeParam({ nodes }, { node: id, name, param, value: random() });
        }
      }
    }
  });
}

/**
 * Takes over the seeds of a workflow for the nodes that both have, and fixes them.
 *
 * @returns how many seeds both have
 */
export function takeSeeds(
  store: DocumentStore,
  { nodes: made }: Pick<WorkflowDocument, 'nodes'>,
  definitionOf: (type: string) => NodeDefinition | undefined,
): number {
  const changes = Object.entries(store.whole.nodes).flatMap(([node, { type }]): readonly ParamChange[] => {
    const own = made[node];
    if (own?.type !== type) return [];
    return seedParams(definitionOf(type)).map(([name, param]) => ({
      ...{ node, name, param },
      value: own.params?.[name] ?? param.default,
    }));
  });
  store.editWhole(texts.edits.newSeeds, (draft) => {
    for (const change of changes) {
      writeParam(draft, change);
      writeSeedMode(draft, { ...change, mode: undefined });
    }
  });
  return changes.length;
}

/** Whether nodes of a type draw by a seed. */
export function hasSeed(definition: NodeDefinition | undefined): boolean {
  return seedParams(definition).length > 0;
}

function seedParams(definition: NodeDefinition | undefined): readonly (readonly [string, SeedParam])[] {
  return Object.entries(definition?.params ?? {}).flatMap(([name, param]) =>
    param.kind === 'seed' ? [[name, param] as const] : [],
  );
}
