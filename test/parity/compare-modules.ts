import type { Feeds, InferenceService, ModelRequest, Tensor } from '@unclip-studio/nodes-unclip';
import { CaseChecks } from './compare.js';
import type { GoldenCase, GoldenSet } from './golden-set.js';

export interface ModelComparison {
  readonly inference: InferenceService;
  readonly feeds: Feeds;
  /** The model, giving out the results of these modules as well. */
  model(options: { readonly moduleResults: readonly string[] }): ModelRequest;
  /** Golden output name -> what the model calls it, or `null` for outputs that the stage compares itself. */
  source(output: string): { readonly output: string } | { readonly module: string } | null;
}

/** Runs a model once and compares its outputs, and the modules inside it that the case has numbers of. */
export async function compareModules(
  goldenCase: GoldenCase,
  set: GoldenSet,
  { inference, feeds, model, source }: ModelComparison,
): Promise<{ readonly checks: CaseChecks; readonly outputs: Readonly<Record<string, Tensor>> }> {
  const sources = Object.keys(goldenCase.outputs).flatMap((name) => {
    const found = source(name);
    return found === null ? [] : [{ name, found }];
  });
  const moduleResults = [...new Set(sources.flatMap(({ found }) => ('module' in found ? [found.module] : [])))];
  const outputs = await inference.run(model({ moduleResults }), feeds);
  const checks = new CaseChecks(goldenCase, set);
  for (const { name, found } of sources) {
    const output = outputs['module' in found ? found.module : found.output];
    if (output === undefined) checks.fail(`${name}: the model has no such output`);
    else checks.output(name, output.data, { dims: output.dims });
  }
  return { checks, outputs };
}
