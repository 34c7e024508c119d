import { executeRun, fingerprintPlan, type Workflow } from '@unclip-studio/graph-core';
import type { Embed } from '@unclip-studio/nodes-unclip';
import { quantize } from '../gallery/likeness.js';
import { sha256 as hash } from '../services/sha256.js';
import type { Evaluator } from './evaluate-order.js';
import type { FromWorker, ToWorker } from './messages.js';

type Request = Extract<ToWorker, { readonly type: 'describe' }>;
type Answer = Omit<Extract<FromWorker, { readonly type: 'described' }>, 'type' | 'request'>;

/** Looks at a picture with the first of the checkpoints that is here and has an image encoder; empty if none is. */
export async function describePicture(evaluator: Evaluator, { sha256, checkpoints }: Request): Promise<Answer> {
  for (const checkpoint of checkpoints) {
    const answer = await describeWith(evaluator, sha256, checkpoint);
    if (answer !== undefined) return answer;
  }
  return {};
}

/** As a run of its own, so that an embedding which some run has computed already is taken from what is kept. */
async function describeWith(
  { cache, plans, services }: Evaluator,
  picture: string,
  checkpoint: string,
): Promise<Answer | undefined> {
  const workflow: Workflow = {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      model: { type: 'LoadModel', params: { checkpoint } },
      picture: { type: 'LoadImage', params: { image: picture } },
      embed: { type: 'CLIPImageEmbed', inputs: { vision: 'model.vision', image: 'picture.image' } },
    },
  };
  const text = JSON.stringify(workflow);
  const planned = plans.plan({ workflowSha256: hash(text), targets: ['embed'], workflow: () => workflow });
  const host = services.forRun({ pictures: {}, workflowText: () => text });
  const plan = planned.ok ? await fingerprintPlan(planned.value, host.environment) : planned;
  if (!plan.ok) return undefined;
  const { values } = await executeRun({
    plan: plan.value,
    cache,
    services: host.services,
    signal: new AbortController().signal,
    now: () => performance.now(),
    onEvent: () => {},
  });
  // What CLIPImageEmbed's own definition says of its output.
  const embed = values.get('embed')?.embed as Embed | undefined;
  if (embed === undefined) return undefined;
  const model = plan.value.nodes.findIndex(({ id }) => id === 'model');
  return { model: String(plan.value.identifiedParams[model]?.checkpoint), vector: quantize(embed.rows.data) };
}
