import { z } from 'zod';
import { count, expandedNodeId, runId } from './fields.js';
import { MAX_WATCHED_RUNS } from './limits.js';
import { modelDownload } from './models.js';
import { reason } from './reasons.js';
import { outputRecord, runDetail, runRecord } from './runs.js';
import type { Wire } from './wire.js';
import { queueStatus, workerRecord } from './workers.js';

/** Rises by at least one from event to event, also over a restart of the server. */
export const eventSeq = count;

const nodeIds = z.array(expandedNodeId);
const durationMs = z.number().min(0);

/** Everything that can happen, before it has its number. Nodes come in batches: a long chain costs few events. */
const EVENTS = [
  event('run-queued', { run: runRecord }),
  /** State, attempts, error or times changed; `run` is the whole new record. */
  event('run-changed', { run: runRecord }),
  /** Evaluation begins. `nodes`: those planned, each after everything it reads. */
  event('run-started', { runId, nodes: nodeIds }),
  event('nodes-cached', { runId, nodes: nodeIds }),
  /** Nodes that are still running; one that began and finished within a batch is only in `nodes-finished`. */
  event('nodes-started', { runId, nodes: nodeIds }),
  /** At most twenty a second of one node. */
  event('node-progress', { runId, node: expandedNodeId, step: count, steps: count }),
  /** Node -> milliseconds. */
  event('nodes-finished', { runId, durationsMs: z.record(z.string(), durationMs) }),
  event('node-failed', { runId, node: expandedNodeId, durationMs, message: z.string(), because: reason.optional() }),
  event('outputs-made', { runId, outputs: z.array(outputRecord) }),
  /** The whole order, next first, after a change that no other event reports. */
  event('queue-changed', { order: z.array(runId), paused: z.boolean() }),
  event('status-changed', { status: queueStatus }),
  event('workflows-changed', { name: z.string() }),
  /** A worker on another machine came or changed. */
  event('worker-changed', { worker: workerRecord }),
  event('worker-left', { id: z.string() }),
  event('models-changed', {}),
  /** Plug-in nodes were added, changed or removed. `problems`: error messages that name the plug-in. */
  event('nodes-changed', { problems: z.array(z.string()) }),
  /** A download was requested, made progress or ended; at most a few times a second while bytes arrive. */
  event('model-download-changed', { download: modelDownload }),
  /** A download is no longer listed. */
  event('model-download-removed', { id: z.string() }),
  event('images-changed', {}),
  /** Images came, went, or can be found by more than before. */
  event('gallery-changed', {}),
] as const;

export type ServerEventBody = Wire<(typeof EVENTS)[number]>;

const [firstEvent, ...otherEvents] = EVENTS.map((one) => one.extend({ seq: eventSeq }));
if (firstEvent === undefined) throw new Error('Internal error: there are no events');

export const serverEvent = z
  .discriminatedUnion('type', [firstEvent, ...otherEvents])
  .meta({ id: 'Event', description: 'docs/PROTOCOL.md shows an example of every type.' });

export type ServerEvent = Wire<typeof serverEvent>;

function event<Type extends string, Fields extends z.ZodRawShape>(type: Type, fields: Fields) {
  return z.object({ type: z.literal(type), ...fields });
}

/** All that a client needs which has missed too much: from here on, events after `seq` complete it. */
const serverSnapshot = z.object({
  seq: eventSeq,
  status: queueStatus,
  /** The running one and the queue, next first. */
  active: z.array(runDetail),
  /** The last ones that ended, newest first. */
  recent: z.array(runRecord),
});
export type ServerSnapshot = Wire<typeof serverSnapshot>;

/** What the server says in text messages of the WebSocket; previews are binary. */
export const serverMessage = z.discriminatedUnion('type', [
  /** The first message. `seq`: the last event there is. */
  z.object({ type: z.literal('welcome'), protocol: z.literal(1), seq: eventSeq }),
  /** One or more events, in their order. */
  z.object({ type: z.literal('events'), events: z.array(serverEvent) }),
  /** Everything at this moment: the answer to a hello that is too old, or names no event. */
  z.object({ type: z.literal('snapshot'), snapshot: serverSnapshot }),
  z.object({ type: z.literal('pong') }),
]);
export type ServerMessage = Wire<typeof serverMessage>;

/** What a client may say. */
export const clientMessage = z.discriminatedUnion('type', [
  /** Starts the stream after event `lastSeq`; without it, with a snapshot. */
  z.object({ type: z.literal('hello'), lastSeq: eventSeq.optional() }),
  /** Asks for previews, of these runs or of all; `previews: false` ends them. */
  z.object({
    type: z.literal('watch'),
    previews: z.boolean(),
    runs: z.array(z.string()).max(MAX_WATCHED_RUNS).optional(),
  }),
  /** Answered by `pong`: browsers cannot send a WebSocket's own pings. */
  z.object({ type: z.literal('ping') }),
]);
export type ClientMessage = Wire<typeof clientMessage>;
