import type { RemoteWorker } from './remote-workers.js';

/** Names under which these workers hold different files, so that the picture depends on who makes it. */
export function differingCheckpoints(workers: readonly RemoteWorker[]): readonly string[] {
  const identities = new Map<string, Set<string>>();
  for (const { record } of workers) {
    for (const { name, identity } of record.checkpoints ?? []) {
      if (identity === undefined) continue;
      const known = identities.get(name);
      if (known === undefined) identities.set(name, new Set([identity]));
      else known.add(identity);
    }
  }
  return [...identities].filter(([, those]) => those.size > 1).map(([name]) => name);
}
