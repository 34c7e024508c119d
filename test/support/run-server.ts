import type { Workflow } from '@unclip-studio/graph-core';
import { WorkersOutOfReach } from '@unclip-studio/server';
import { runServiceRig } from './run-service-rig.js';

/** A server without HTTP, as a process that tests may kill. Its input and output messages: */
export type ToRunServer =
  | { readonly type: 'enqueue'; readonly key: string; readonly workflow: Workflow }
  | { readonly type: 'cancel'; readonly id: string };

export type FromRunServer =
  | { readonly type: 'ready' }
  | { readonly type: 'worker'; readonly pid: number }
  /** The run is on disk: it has been acknowledged. */
  | { readonly type: 'queued'; readonly key: string; readonly id: string }
  /** It was not accepted, and the client was told. */
  | { readonly type: 'refused'; readonly key: string }
  | { readonly type: 'cancelled'; readonly id: string }
  | { readonly type: 'ended'; readonly id: string; readonly state: string };

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: run-server FOLDER [REDIS]');
const queue = process.argv[3];
const { bus, service } = await runServiceRig(
  folder,
  queue === undefined ? {} : { redis: { url: queue }, remoteWorkers: 0 },
);
const tell = (message: FromRunServer) => void process.send?.(message);

bus.subscribe((event) => {
  if (event.type === 'status-changed' && event.status.worker.phase === 'idle' && queue === undefined) {
    tell({ type: 'worker', pid: event.status.worker.pid ?? 0 });
  }
  if (event.type === 'run-changed' && event.run.finishedAt !== undefined) {
    tell({ type: 'ended', id: event.run.id, state: event.run.state });
  }
});
process.on('message', (message: ToRunServer) => {
  if (message.type === 'cancel') {
    service.cancel(message.id);
    tell({ type: 'cancelled', id: message.id });
    return;
  }
  const { key, workflow } = message;
  try {
    tell({ type: 'queued', key, id: service.enqueue({ workflow, idempotencyKey: key }).id });
  } catch (error) {
    if (!(error instanceof WorkersOutOfReach)) throw error;
    tell({ type: 'refused', key });
  }
});
tell({ type: 'ready' });
