import { type Catalog, catalogOf, findParam, setParam, type Workflow, writtenAxis } from '@unclip-studio/graph-core';
import type { ImageStore } from '../services/image-store.js';
import type { AppliedSettings } from './apply-settings.js';

interface ImagesContext {
  readonly catalog: Catalog;
  readonly images: ImageStore;
}

/**
 * Takes images that cannot be used out of the lists and sweeps of each workflow, so that the others are made. Decodes all
 * of them for that: some faults show only in the pixels. A list of which none can be used is left for the run to refuse.
 */
export async function leaveOutImages(applied: AppliedSettings, context: ImagesContext): Promise<AppliedSettings> {
  const known = new Map<string, Promise<string | undefined>>();
  const problemOf = (name: string) => {
    const problem = known.get(name) ?? findProblem(name, context.images);
    known.set(name, problem);
    return problem;
  };
  const leftOut = new Set(applied.leftOut);
  const variants: AppliedSettings['variants'][number][] = [];
  for (const variant of applied.variants) {
    let { workflow } = variant;
    for (const { node, param, names } of listsOf(workflow, context.catalog)) {
      const problems: string[] = [];
      const good: string[] = [];
      // One after the other: an image may take hundreds of megabytes.
      for (const name of names) {
        const problem = await problemOf(name);
        if (problem === undefined) good.push(name);
        else problems.push(problem);
      }
      if (problems.length === 0 || good.length === 0) continue;
      workflow = setParam(workflow, node, param, good.join('\n'));
      for (const problem of problems) leftOut.add(problem);
    }
    variants.push({ ...variant, workflow });
  }
  return { ...applied, variants, leftOut: [...leftOut] };
}

interface ImageList {
  readonly node: string;
  /** The param that names an image on each line. */
  readonly param: string;
  /** Two or more. */
  readonly names: readonly string[];
}

function listsOf(workflow: Workflow, catalog: Catalog): readonly ImageList[] {
  const { types } = catalogOf(workflow, catalog);
  const lists = Object.entries(workflow.nodes).flatMap(([node, { type, mode, params = {} }]) => {
    const expands = mode === undefined ? types.get(type)?.expands : undefined;
    switch (expands?.kind) {
      case 'lines': {
        const isOfImages = types.get(expands.type)?.params[expands.typeParam]?.kind === 'image';
        return isOfImages ? [{ node, param: expands.param, names: namesIn(params[expands.param]) }] : [];
      }
      case 'sweep':
        return (['x', 'y'] as const).flatMap((axis) => {
          const { place, values } = writtenAxis({ type, params }, axis);
          const isOfImages = findParam(workflow, catalog, place)?.param.kind === 'image';
          return isOfImages ? [{ node, param: `${axis}Values`, names: namesIn(values) }] : [];
        });
      default:
        return [];
    }
  });
  return lists.filter(({ names }) => names.length > 1);
}

function namesIn(text: unknown): readonly string[] {
  if (typeof text !== 'string') return [];
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

async function findProblem(name: string, images: ImageStore): Promise<string | undefined> {
  try {
    await images.load(name);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
