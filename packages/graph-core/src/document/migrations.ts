import { WORKFLOW_VERSION } from './workflow.js';

/**
 * Turns the content of a version-n file into that of version n + 1; pure, and defined for all valid files of version n.
 */
export type Migration = (file: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** `MIGRATIONS[i]` leads from version i + 1 to version i + 2. Version 1 is the first. */
export const MIGRATIONS: readonly Migration[] = [];

/** Carries a file from the version it has to the newest one, one version at a time. */
export function migrate(
  file: Readonly<Record<string, unknown>>,
  version: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Readonly<Record<string, unknown>> {
  if (migrations === MIGRATIONS && migrations.length !== WORKFLOW_VERSION - 1) {
    throw new Error(`Internal error: ${migrations.length} migrations cannot lead to version ${WORKFLOW_VERSION}`);
  }
  return migrations
    .slice(version - 1)
    .reduce((migrated, step, i) => ({ ...step(migrated), version: version + i + 1 }), file);
}
