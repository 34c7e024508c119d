import { type ImportReport, importComfyUi } from '@unclip-studio/comfyui';
import { createCatalog, describeDiagnostic } from '@unclip-studio/graph-core';
import {
  type InferenceService,
  type RgbImage,
  type Tensor,
  type UnclipNode,
  type UnclipServices,
  unclipNodes,
} from '@unclip-studio/nodes-unclip';
import { createEngine, createImageStore, type Engine, prepareRun } from '@unclip-studio/server';

type EvaluateArgs = Parameters<UnclipNode['evaluate']>[0];

/** One evaluation of a node, with what it asked its models. */
export interface Evaluation {
  readonly type: string;
  readonly args: EvaluateArgs;
  readonly values: Readonly<Record<string, unknown>>;
  readonly fed: readonly Parameters<InferenceService['run']>[1][];
  /** Its intermediate values. */
  readonly previews: readonly { readonly latent: Tensor }[];
}

export interface PromptRun {
  readonly report: ImportReport;
  readonly evaluations: readonly Evaluation[];
  /** What was saved. */
  readonly images: readonly RgbImage[];
}

export interface PromptRunner {
  /** @throws Error with what is wrong, or why a node failed */
  run(promptText: string): Promise<PromptRun>;
  close(): Promise<void>;
}

/** Runs prompts of ComfyUI's API format through our import and our engine, in this process. */
export function createPromptRunner({
  imageFolder,
  modelFolders,
}: {
  readonly imageFolder: string;
  readonly modelFolders: readonly string[];
}): PromptRunner {
  const engine: Engine = createEngine({ modelFolders, cacheBytes: 0 });
  const images = createImageStore([imageFolder]);
  return {
    async run(promptText) {
      const { workflow, report } = importComfyUi(promptText);
      const evaluations: Evaluation[] = [];
      const catalog = createCatalog(unclipNodes.map((node) => watched(node, evaluations)));
      const plan = await engine.fingerprint(prepareRun(workflow, catalog), images);
      if (!plan.ok) throw new Error(plan.diagnostics.map(describeDiagnostic).join('\n'));
      const saved: RgbImage[] = [];
      const failures: string[] = [];
      await engine.run({
        ...{ plan: plan.value, images },
        outputs: {
          async save(image) {
            saved.push(image);
            return { location: '', mediaType: 'image/png', widthPx: image.width, heightPx: image.height };
          },
          async saveAnimation() {
            throw new Error('no prompt here saves an animation');
          },
        },
        onEvent(event) {
          if (event.type === 'node-failed') failures.push(`${event.node}: ${event.message}`);
        },
      });
      if (failures.length > 0) throw new Error(failures.join('\n'));
      return { report, evaluations, images: saved };
    },
    close: () => engine.close(),
  };
}

/** The same node, whose evaluations are noted. */
function watched(node: UnclipNode, evaluations: Evaluation[]): UnclipNode {
  return {
    ...node,
    async evaluate(args, context) {
      const fed: Evaluation['fed'][number][] = [];
      const previews: { readonly latent: Tensor }[] = [];
      const { inference } = context.services;
      const services: UnclipServices = {
        ...context.services,
        inference: {
          ...inference,
          run(model, feeds) {
            fed.push(feeds);
            return inference.run(model, feeds);
          },
        },
      };
      const preview = (value: unknown) => previews.push(value as { readonly latent: Tensor });
      const values = await node.evaluate(args, { ...context, services, preview });
      evaluations.push({ type: node.type, args, values, fed, previews });
      return values;
    },
  };
}
