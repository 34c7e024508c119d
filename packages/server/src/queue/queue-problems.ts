import type { RunNeeds } from '../runs/run-needs.js';
import { type QueueAddress, showAddress } from './queue-address.js';
import type { RemoteWorker } from './remote-workers.js';

/** Messages for users and operators about why runs cannot continue. */

export function outOfReachProblem(address: QueueAddress, silentMs: number, why: string | undefined): string {
  return (
    `Redis at ${showAddress(address)} has taken nothing for ${Math.round(silentMs / 1000)} s` +
    `${why === undefined ? '' : ` (${why})`}, so no run can be handed to a worker. What is queued stays queued, and goes ` +
    'on by itself when Redis is back.'
  );
}

export function otherOwnerProblem(address: QueueAddress): string {
  return (
    `Another server has the queue "${address.name}" at ${showAddress(address)}. End it, or give this server and its ` +
    'workers their own name with --queue-name.'
  );
}

export function noWorkerProblem(address: QueueAddress): string {
  return (
    `No worker has signed on at ${showAddress(address)}. Runs wait until one does; to start one: ` +
    'unclip worker --queue redis://HOST --models DIR'
  );
}

export function unsignedProblem(address: QueueAddress): string {
  return (
    `Something at ${showAddress(address)} says what is not signed with this server's key, and is not listened to. ` +
    'A worker with another UNCLIP_QUEUE_KEY, or of another version? Give all the same.'
  );
}

export function differingProblem(name: string, workers: readonly RemoteWorker[]): string {
  const holders = workers.flatMap(({ record: { id, checkpoints = [] } }) =>
    checkpoints.flatMap((one) => (one.name === name ? [`${id}: ${one.identity?.slice(0, 12) ?? 'not readable'}`] : [])),
  );
  return (
    `Workers hold different files under the name "${name}", so an image depends on which of them makes it ` +
    `(${holders.join(', ')}). Put the same checkpoint into all of them, or give one of them another name.`
  );
}

/** @returns `undefined` if some worker could take the run, or none is there for any */
export function whyWaitingProblem(workers: readonly RemoteWorker[], { checkpoints }: RunNeeds): string | undefined {
  if (workers.length === 0 || workers.some((worker) => worker.hasCheckpoints(checkpoints))) return undefined;
  const missing = checkpoints.filter((name) => !workers.some((worker) => worker.hasCheckpoints([name])));
  const what =
    missing.length === 0
      ? `${quoted(checkpoints)} together`
      : `the checkpoint${missing.length > 1 ? 's' : ''} ${quoted(missing)}`;
  const held = [...new Set(workers.flatMap(({ record }) => record.checkpoints?.map(({ name }) => name) ?? []))].sort();
  const those = workers.length === 1 ? 'The worker that has signed on does not hold' : 'None of the workers holds';
  return (
    `${those} ${what}; ${held.length === 0 ? 'there are none' : `there are ${quoted(held)}`}. Put it into a folder of ` +
    'a worker, or start another one: unclip worker --models DIR'
  );
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
