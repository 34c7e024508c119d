import {
  type Catalog,
  createOutputCache,
  describeDiagnostic,
  executeRun,
  type FingerprintEnvironment,
  fingerprintPlan,
  planRun,
  type Workflow,
} from '@unclip-studio/graph-core';
import type { Embed, UnclipNode, UnclipServices } from '@unclip-studio/nodes-unclip';

export interface LookAlikeContext {
  readonly catalog: Catalog<UnclipNode>;
  readonly services: UnclipServices;
  readonly environment: FingerprintEnvironment;
}

/**
 * How much two pictures look alike to the image encoder of a checkpoint: the cosine of the angle between their CLIP
 * embeddings, -1 to 1.
 *
 * @param pictures names that the image service knows
 * @throws Error in words, if the checkpoint or a picture cannot be used
 */
export async function lookAlike(
  checkpoint: string,
  pictures: readonly [string, string],
  { catalog, services, environment }: LookAlikeContext,
): Promise<number> {
  const [a, b] = await Promise.all(pictures.map((picture) => embed(picture)));
  return a === undefined || b === undefined ? Number.NaN : cosineOf(a, b);

  async function embed(image: string): Promise<Float32Array> {
    const workflow: Workflow = {
      format: 'unclip-workflow',
      version: 1,
      nodes: {
        model: { type: 'LoadModel', params: { checkpoint } },
        picture: { type: 'LoadImage', params: { image } },
        embed: { type: 'CLIPImageEmbed', inputs: { vision: 'model.vision', image: 'picture.image' } },
      },
    };
    const planned = planRun(workflow, catalog, ['embed']);
    const plan = planned.ok ? await fingerprintPlan(planned.value, environment) : planned;
    if (!plan.ok) throw new Error(plan.diagnostics.map(describeDiagnostic).join(' '));
    const failures: string[] = [];
    const { values } = await executeRun({
      plan: plan.value,
      services,
      cache: createOutputCache({ maxBytes: 0 }),
      signal: new AbortController().signal,
      now: () => performance.now(),
      onEvent: (event) => {
        if (event.type === 'node-failed') failures.push(event.message);
      },
    });
    // What CLIPImageEmbed's own definition says of its output.
    const made = values.get('embed')?.embed as Embed | undefined;
    if (made === undefined) throw new Error(failures.join(' '));
    return made.rows.data;
  }
}

function cosineOf(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
