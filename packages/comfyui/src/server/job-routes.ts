import type { RunRecord } from '@unclip-studio/protocol';
import { MAX_HISTORY_ENTRIES } from '../limits.js';
import { ComfyRequestError } from '../request-error.js';
import { asTexts, type ComfyRoutes, jsonOf, oneText } from './comfy-routes.js';
import { extraDataOf, failureOf, outputsOf, promptOf } from './history.js';
import type { HostRuns } from './host.js';
import type { ComfyFile } from './output-names.js';
import type { PromptRun, PromptRuns } from './prompt-runs.js';

const STATUSES = {
  queued: 'pending',
  running: 'in_progress',
  succeeded: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;
const ALL = Object.keys(STATUSES) as readonly RunRecord['state'][];

interface Entry {
  readonly run: RunRecord;
  readonly prompt: PromptRun;
}

/** `/jobs`: the queue and the history in one list, which ComfyUI's page shows. */
export function addJobRoutes({ get, post }: ComfyRoutes, runs: Pick<HostRuns, 'cancel'>, prompts: PromptRuns): void {
  get('/jobs', ({ query }) => {
    const wanted = oneText(query, 'status')?.split(',');
    const workflowId = oneText(query, 'workflow_id');
    const states = ALL.filter((state) => wanted === undefined || wanted.includes(STATUSES[state]));
    const jobs = (states.length === 0 ? [] : prompts.list(states))
      .filter(({ prompt }) => workflowId === undefined || prompt.workflowId === workflowId)
      .map(jobOf)
      .toSorted(orderOf(oneText(query, 'sort_by'), oneText(query, 'sort_order')));
    const limit = countOf(oneText(query, 'limit')) ?? MAX_HISTORY_ENTRIES;
    const offset = countOf(oneText(query, 'offset')) ?? 0;
    const total = jobs.length;
    const page = jobs.slice(offset, offset + limit);
    return { jobs: page, pagination: { offset, limit, total, has_more: offset + page.length < total } };
  });
  const find = (id: string) => {
    const found = prompts.list(ALL).find(({ prompt }) => prompt.promptId === id);
    if (found === undefined) throw new ComfyRequestError('not-found', 'Job not found.');
    return found;
  };
  get('/jobs/:id', ({ params }) => {
    const entry = find(String(params['id']));
    const { run, prompt } = entry;
    return {
      ...jobOf(entry),
      outputs: outputsOf(run, prompt),
      workflow: { prompt: promptOf(prompt), extra_data: extraDataOf(run, prompt) },
    };
  });
  /** @returns whether it had not ended */
  const cancel = ({ run }: Entry) => {
    const isOpen = run.state === 'queued' || run.state === 'running';
    if (isOpen) runs.cancel(run.id);
    return isOpen;
  };
  post('/jobs/:id/cancel', ({ params }) => ({ cancelled: cancel(find(String(params['id']))) }));
  post('/jobs/cancel', (request) => {
    const ids = new Set(asTexts(jsonOf(request)['job_ids']));
    const meant = prompts.list(['queued', 'running']).filter(({ prompt }) => ids.has(prompt.promptId));
    for (const entry of meant) cancel(entry);
    return { cancelled: meant.map(({ prompt }) => prompt.promptId) };
  });
}

type Job = ReturnType<typeof jobOf>;

function jobOf({ run, prompt }: Entry) {
  const { count, shown } = summaryOf(outputsOf(run, prompt));
  const start = msOf(run.startedAt);
  const end = msOf(run.finishedAt);
  return {
    ...{ id: prompt.promptId, status: STATUSES[run.state], priority: prompt.number },
    create_time: Date.parse(run.createdAt),
    ...(start === undefined ? {} : { execution_start_time: start }),
    ...(end === undefined ? {} : { execution_end_time: end }),
    ...(run.state === 'failed' ? { execution_error: failureOf(run, prompt) } : {}),
    ...{ outputs_count: count, previewable_outputs_count: count },
    ...(shown === undefined ? {} : { preview_output: shown }),
    ...(prompt.workflowId === undefined ? {} : { workflow_id: prompt.workflowId }),
  };
}

/** The number of images, and the one that represents all: a saved one before a preview. */
function summaryOf(outputs: Readonly<Record<string, { readonly images: readonly ComfyFile[] }>>) {
  const all = Object.entries(outputs).flatMap(([nodeId, { images }]) =>
    images.map((image) => ({ ...image, nodeId, mediaType: 'images' })),
  );
  return { count: all.length, shown: all.find(({ type }) => type === 'output') ?? all[0] };
}

function orderOf(by = 'created_at', order = 'desc') {
  const keyOf = (job: Job) =>
    by === 'execution_duration'
      ? (job.execution_end_time ?? 0) - (job.execution_start_time ?? job.execution_end_time ?? 0)
      : job.create_time;
  const sign = order === 'asc' ? 1 : -1;
  return (a: Job, b: Job) => sign * (keyOf(a) - keyOf(b));
}

function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}
