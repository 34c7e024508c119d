import { resolve } from 'node:path';
import type { Catalog, RunOutput, Workflow } from '@unclip-studio/graph-core';
import type { UnclipNode } from '@unclip-studio/nodes-unclip';
import { embedImage } from '../engine/embed-image.js';
import type { Engine } from '../engine/engine.js';
import { nodesToBeFinite, readExpectations, unmetExpectations } from '../services/expectations.js';
import type { ImageStore } from '../services/image-store.js';
import { BadInput } from './exit-codes.js';

/** What a workflow expects of itself, ready to be compared with what its run makes. */
export interface ExpectationCheck {
  /** The run has to reach them, and to return their outputs. */
  readonly targets: readonly string[];
  /** @returns a message for each expectation that fails */
  unmet(made: {
    readonly images: ReadonlyMap<string, readonly RunOutput[]>;
    readonly values: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  }): Promise<readonly string[]>;
}

export interface ExpectationContext {
  readonly catalog: Catalog<UnclipNode>;
  readonly images: ImageStore;
  readonly engine: Engine;
  /** Absolute; where images are whose location is relative. */
  readonly cwd: string;
}

/** @throws BadInput if there are none, their form is wrong, or they need a checkpoint and the workflow has none */
export function prepareExpectations(
  workflow: Workflow,
  { catalog, images, engine, cwd }: ExpectationContext,
): ExpectationCheck {
  const expectations = readExpectations(workflow);
  if (expectations.problems.length > 0) throw new BadInput(expectations.problems, '--check cannot be done:');
  if (expectations.nodes.size === 0) {
    throw new BadInput(['--check: the workflow expects nothing. Give a node an "expect".']);
  }
  const checkpoint = checkpointOf(workflow, catalog);
  const needing = [...expectations.nodes].find(([, { looksLike }]) => looksLike !== undefined)?.[0];
  if (needing !== undefined && checkpoint === undefined) {
    throw new BadInput([
      `Node "${needing}", expect looksLike: images are compared by the image encoder of the workflow's checkpoint, and ` +
        'it has no node that loads one. Add one, or compare pixels with "like".',
    ]);
  }
  return {
    targets: nodesToBeFinite(expectations),
    unmet: ({ images: outputs, values }) => {
      const located = [...outputs].map(
        ([id, outputs]) => [id, outputs.map((one) => ({ ...one, location: resolve(cwd, one.location) }))] as const,
      );
      return unmetExpectations(expectations, { pictures: new Map(located), values }, { images, lookAlike });
    },
  };

  async function lookAlike(path: string, image: string): Promise<number> {
    const name = images.registerOperatorPath(path, new Set([image]));
    const [made, model] = await Promise.all([name, image].map((one) => embed(one)));
    return made === undefined || model === undefined ? Number.NaN : cosineOf(made, model);
  }

  async function embed(image: string): Promise<Float32Array> {
    const seen = await embedImage(engine, { ...{ catalog, images, image }, checkpoint: String(checkpoint) });
    if (!seen.ok) throw new Error(seen.problem);
    return seen.values;
  }
}

function checkpointOf({ nodes }: Workflow, catalog: Catalog): string | undefined {
  for (const { type, params } of Object.values(nodes)) {
    const definition = catalog.types.get(type);
    const sees = Object.values(definition?.outputs ?? {}).some((output) => output.type === 'vision-model');
    for (const [name, param] of Object.entries(sees ? (definition?.params ?? {}) : {})) {
      if (param.kind === 'checkpoint' && param.model === undefined) return String(params?.[name] ?? param.default);
    }
  }
  return undefined;
}

function cosineOf(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
