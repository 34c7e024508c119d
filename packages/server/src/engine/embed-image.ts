import { type Catalog, describeDiagnostic } from '@unclip-studio/graph-core';
import { type Embed, imageEmbedding, type OutputService, type UnclipNode } from '@unclip-studio/nodes-unclip';
import type { Engine, NamedImages } from './engine.js';
import { prepareRun } from './prepared-run.js';

/** What a checkpoint's image encoder sees in an image, or why the checkpoint or the image cannot be used. */
export type ImageEmbedding =
  | {
      readonly ok: true;
      /** The identity of the checkpoint. */
      readonly model: string;
      /** A CLIP image embedding, not normalised. */
      readonly values: Float32Array;
    }
  | { readonly ok: false; readonly problem: string };

export interface EmbedImageRequest {
  readonly catalog: Catalog<UnclipNode>;
  readonly checkpoint: string;
  /** A name that `images` knows. */
  readonly image: string;
  readonly images: NamedImages;
}

/** Embeds an image with a separate run, so that an embedding from another run is taken from the cache. */
export async function embedImage(
  engine: Engine,
  { catalog, checkpoint, image, images }: EmbedImageRequest,
): Promise<ImageEmbedding> {
  const { workflow, target, output, loader, param } = imageEmbedding(checkpoint, image);
  const plan = await engine.fingerprint(prepareRun(workflow, catalog, { ids: [target] }), images);
  if (!plan.ok) return { ok: false, problem: plan.diagnostics.map(describeDiagnostic).join(' ') };
  const failures: string[] = [];
  const { values } = await engine.run({
    plan: plan.value,
    ...{ images, outputs: NO_OUTPUTS },
    onEvent(event) {
      if (event.type === 'node-failed') failures.push(event.message);
    },
  });
  // The declared output of the node.
  const embed = values.get(target)?.[output] as Embed | undefined;
  if (embed === undefined) return { ok: false, problem: failures.join(' ') };
  const loaderIndex = plan.value.nodes.findIndex(({ id }) => id === loader);
  return {
    ok: true,
    model: String(plan.value.identifiedParams[loaderIndex]?.[param]),
    values: embed.rows.data,
  };
}

// None of these nodes saves anything.
const NO_OUTPUTS: OutputService = { save: refuse, saveAnimation: refuse };

async function refuse(): Promise<never> {
  throw new Error('Internal error: an embedding was about to save an image');
}
