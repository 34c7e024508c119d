import { fromCwd } from '../services/surroundings.js';
import { describeSystemError, isSystemError } from '../services/system-error.js';
import { writeNewFile } from '../services/write-new-file.js';
import { BadInput } from './exit-codes.js';
import type { CommandContext } from './terminal.js';

/**
 * Writes the output of a command to the file of `--out`, or prints it if there is none.
 *
 * @throws BadInput if the file already exists, or its folder is not writable
 */
export async function writeOut(text: string, out: string | undefined, { io, terminal }: CommandContext): Promise<void> {
  if (out === undefined) terminal.out(text.trimEnd());
  else if (!(await write(fromCwd(io, out), text))) {
    throw new BadInput([`"${out}" is there already. Delete it first, or choose another with --out.`]);
  }
}

async function write(path: string, text: string): Promise<boolean> {
  try {
    return await writeNewFile(path, Buffer.from(text));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new BadInput([`--out ${path} cannot be written: ${describeSystemError(error)}`]);
  }
}
