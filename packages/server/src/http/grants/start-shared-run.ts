import {
  applyInputs,
  type Diagnostic,
  describeDiagnostic,
  describeInputs,
  type Workflow,
} from '@unclip-studio/graph-core';
import type { RunRecord } from '@unclip-studio/protocol';
import type { Grant, GrantRun } from '../../store/grants-table.js';
import { Problem } from '../problem.js';
import type { ServerParts } from '../server-parts.js';
import { readSharedWorkflow, resourcesOf } from './shared-workflow.js';

const HOUR_MS = 3_600_000;

interface SharedRunRequest {
  readonly grant: Grant;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly visitor: GrantRun['visitor'];
}

/**
 * Queues a run of the revision that a form shares, with values for its inputs. Regardless of the values, it uses only
 * images of that revision and those uploaded through the same link, and no other checkpoint.
 *
 * @throws Problem 422 that names each invalid input, 429 above the grant's limits, and the errors of `enqueue`
 */
export async function startSharedRun(
  { grant, inputs: values, visitor }: SharedRunRequest,
  server: ServerParts,
): Promise<RunRecord> {
  const { store, catalog, runs, nowMs } = server;
  checkRunLimits(grant, server);
  const { workflow } = readSharedWorkflow(grant, server);
  const applied = applyInputs(workflow, values, catalog);
  const foreign = describeInputs(workflow, catalog).flatMap(({ name, param, value: own }): readonly Diagnostic[] => {
    const value = Object.hasOwn(values, name) ? values[name] : own;
    if (value === own || typeof value !== 'string') return [];
    if (param.kind === 'image' && store.grants.readImage(grant.id, value) === undefined) {
      return [{ code: 'wrong-input', name, expected: 'an image that was uploaded here', got: JSON.stringify(value) }];
    }
    if (param.kind !== 'checkpoint') return [];
    return [{ code: 'wrong-input', name, expected: JSON.stringify(own), got: JSON.stringify(value) }];
  });
  const problems = [...(applied.ok ? [] : applied.diagnostics), ...foreign];
  if (!applied.ok || problems.length > 0) throw wrongInputs(problems);
  await refuseOthers(applied.value, { grant, saved: workflow, server });
  await runs.prepare(applied.value);
  // Others may have been started meanwhile.
  checkRunLimits(grant, server);
  const run = runs.enqueue({
    workflow: applied.value,
    workflowName: grant.workflowName,
    clientId: `grant:${grant.id}`,
  });
  try {
    store.grants.addRun(grant.id, { runId: run.id, visitor }, nowMs());
  } catch (error) {
    // Its results would not be visible.
    runs.cancel(run.id);
    throw error;
  }
  return run;
}

interface Allowed {
  readonly grant: Grant;
  readonly saved: Workflow;
  readonly server: Pick<ServerParts, 'store' | 'runs'>;
}

/** @throws Problem 422 if a run would use what the saved revision does not, and the link has not uploaded */
async function refuseOthers(workflow: Workflow, { grant, saved, server: { store, runs } }: Allowed): Promise<void> {
  const own = await resourcesOf(saved, runs);
  const { images, checkpoints } = await resourcesOf(workflow, runs);
  const isUploaded = (image: string) => store.grants.readImage(grant.id, image) !== undefined;
  const others = [
    ...[...images].filter((image) => !own.images.has(image) && !isUploaded(image)),
    ...[...checkpoints].filter((checkpoint) => !own.checkpoints.has(checkpoint)),
  ];
  if (others.length === 0) return;
  const named = others.map((name) => JSON.stringify(name)).join(', ');
  throw new Problem('invalid-workflow', `This form may not use ${named}. Use an image that was uploaded here.`, {
    because: { code: 'link-other-files', names: others },
    errors: [{ path: 'body.inputs', message: `expected no other image or checkpoint, got ${named}` }],
  });
}

/** @throws Problem 429 */
export function checkUploadLimit(grant: Grant, { store, nowMs }: Pick<ServerParts, 'store' | 'nowMs'>): void {
  const { uploadsPerHour } = grant.limits;
  const times = store.grants.uploadTimes(grant.id, nowMs() - HOUR_MS);
  if (times.length >= uploadsPerHour) throw tooMany('uploads', uploadsPerHour, { times, nowMs: nowMs() });
}

function checkRunLimits(grant: Grant, { store, nowMs }: Pick<ServerParts, 'store' | 'nowMs'>): void {
  const { runsPerHour, queuedRuns } = grant.limits;
  const times = store.grants.runTimes(grant.id, nowMs() - HOUR_MS);
  if (times.length >= runsPerHour) throw tooMany('runs', runsPerHour, { times, nowMs: nowMs() });
  if (store.grants.countUnfinished(grant.id) >= queuedRuns) {
    throw new Problem(
      'too-many-requests',
      `This link may have ${queuedRuns} of its runs waiting or running. Wait until one has finished.`,
      { because: { code: 'link-busy', limit: queuedRuns }, headers: { 'retry-after': '10' } },
    );
  }
}

function tooMany(
  limit: 'runs' | 'uploads',
  perHour: number,
  { times, nowMs }: { readonly times: readonly number[]; readonly nowMs: number },
): Problem {
  const waitS = Math.max(1, Math.ceil(((times[0] ?? nowMs) + HOUR_MS - nowMs) / 1000));
  const words = waitS > 90 ? `${Math.ceil(waitS / 60)} minutes` : `${waitS} seconds`;
  const allowed = `${perHour} ${limit === 'runs' ? 'runs' : 'images'} an hour`;
  return new Problem('too-many-requests', `This link allows ${allowed}. Try again in ${words}.`, {
    because: { code: 'link-limit', limit, perHour, waitSeconds: waitS },
    headers: { 'retry-after': String(waitS) },
  });
}

function wrongInputs(problems: readonly Diagnostic[]): Problem {
  const errors = problems.map((problem) => ({
    path: 'name' in problem ? `body.inputs.${problem.name}` : 'body.inputs',
    message: describeDiagnostic(problem),
  }));
  const detail = errors.length === 1 ? (errors[0]?.message ?? '') : `${errors.length} inputs are wrong.`;
  return new Problem('invalid-workflow', detail, { errors, diagnostics: problems });
}
