import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pluginTemplate } from '../../plugins/plugin-template.js';
import { programVersion } from '../../services/program.js';
import { fromCwd } from '../../services/surroundings.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip nodes create`: writes a package with one node and its test.
 *
 * @throws BadInput if the folder already exists, or its name is not a valid package name
 */
export async function createNodes(
  { folder: given }: ConfigOf<'nodes create'>,
  { io, terminal }: CommandContext,
): Promise<number> {
  const folder = fromCwd(io, given);
  const name = basename(folder);
  if (!/^[a-z0-9][a-z0-9._-]{0,60}$/.test(name)) {
    throw new BadInput([`"${name}" cannot be the name of a package: use small letters, digits and "-".`]);
  }
  if (existsSync(folder)) throw new BadInput([`${given} is there already.`]);
  for (const [path, text] of Object.entries(pluginTemplate(name, programVersion()))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  terminal.out(folder);
  terminal.err(`Try it: cd ${given} && npm install && npm test, then: unclip nodes --nodes ${given}`);
  return EXIT.done;
}
