import { join } from 'node:path';
import { runNode } from './child.mjs';
import { ROOT } from './root.mjs';

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');

/** Builds what is stale of the server and the packages it stands on. @returns the exit code */
export function build() {
  return runNode([TSC, '--build', 'packages/server']);
}

/** Checks the types of everything, tests included; builds on the way. @returns the exit code */
export function checkTypes() {
  return runNode([TSC, '--build']);
}

/** Checks format and lint rules. @returns the exit code */
export function checkStyle() {
  return runNode([BIOME, 'check', '--error-on-warnings']);
}
