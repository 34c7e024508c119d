import {
  type Catalog,
  changeFromStep,
  type StepChangeObstacle,
  unreachable,
  type Workflow,
} from '@unclip-studio/graph-core';
import type { AppliedSettings, WorkflowVariant } from './apply-settings.js';

export interface BeginLater {
  /** `STEP` or `NODE=STEP`; left out, the settings count from the beginning. */
  readonly fromStep: string | undefined;
  readonly catalog: Catalog;
}

/**
 * Lets settings count from a step of the sampling on.
 *
 * @param original without the settings
 * @returns the settings as they were applied, with problems added for what cannot begin there
 */
export function beginLater(
  original: Workflow,
  applied: AppliedSettings,
  { fromStep, catalog }: BeginLater,
): AppliedSettings {
  if (fromStep === undefined || applied.problems.length > 0) return applied;
  const [, node, digits] = /^(?:([^=]+)=)?(\d{1,4})$/.exec(fromStep) ?? [];
  const step = Number(digits);
  if (digits === undefined || step === 0) {
    return {
      ...applied,
      problems: [`--from-step ${fromStep}: expected a step from 1, or NODE=STEP, as in 12 or sample=12.`],
    };
  }
  const from = { catalog, step, ...(node === undefined ? {} : { node }) };
  const problems = new Set<string>();
  const variants = applied.variants.map((variant): WorkflowVariant => {
    const workflow = changeFromStep(original, variant.workflow, from);
    if (!('kind' in workflow)) return { ...variant, workflow };
    // Of several values one may be the previous one.
    if (workflow.kind === 'nothing-changed' && applied.variants.length > 1) return variant;
    problems.add(`--from-step ${fromStep}: ${describe(workflow, step, catalog)}`);
    return variant;
  });
  return { ...applied, variants, problems: [...problems] };
}

function describe(obstacle: StepChangeObstacle, step: number, { types }: Catalog): string {
  const able = [...types.values()].filter(({ later }) => later !== undefined).map(({ type }) => type);
  const only = `Only ${able.join(' or ')} can, outside of subgraphs.`;
  switch (obstacle.kind) {
    case 'no-sampler':
      return obstacle.node === undefined
        ? `no node of the workflow can change during sampling. ${only}`
        : `the node "${obstacle.node}" is not one that can change during sampling. ${only}`;
    case 'several-samplers':
      return `the settings change the guidance of ${obstacle.nodes.join(' and ')}. Name one, as in --from-step ${obstacle.nodes[0]}=${step}.`;
    case 'nothing-changed':
      return 'no setting changes the guidance of the sampling. Also set a prompt, a noise level or the guidance scale, with --set or --input.';
    case 'decides-before':
      return (
        `"${obstacle.what}" of ${obstacle.node} also affects earlier steps. What can change during sampling is its guidance: ` +
        'the prompt, the image with its noise level, and guidanceScale.'
      );
    case 'means-unchanged':
      return `"${obstacle.what}" of ${obstacle.node} cannot become ${String(obstacle.value)} during sampling, because that leaves it unchanged. Choose another value; guidance is off at 1 as well as at 0.`;
    case 'changes-already':
      return `${obstacle.node} changes at step ${String(obstacle.step)} already. Set its later settings instead.`;
    default:
      return unreachable(obstacle);
  }
}
