import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { stripImage } from '@unclip-studio/graph-core';
import { isImageFileError } from '../../services/file-errors.js';
import { fromCwd } from '../../services/surroundings.js';
import { describeSystemError, isSystemError } from '../../services/system-error.js';
import { writeNewFile } from '../../services/write-new-file.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip strip`: copies images without the data on how they were made, and prints the paths. If one cannot be
 * stripped, none is written.
 *
 * @throws BadInput with all problems
 */
export async function stripImages({ files, out }: ConfigOf<'strip'>, context: CommandContext): Promise<number> {
  const { io, terminal } = context;
  const problems: string[] = [];
  const stripped: { readonly path: string; readonly bytes: Uint8Array }[] = [];
  for (const file of files) {
    try {
      const bytes = stripImage(await readFile(fromCwd(io, file)));
      stripped.push({ path: join(out, basename(file)), bytes });
    } catch (error) {
      problems.push(`"${file}" cannot be stripped: ${reasonOf(error)}`);
    }
  }
  if (problems.length > 0) throw new BadInput(problems);
  await mkdir(fromCwd(io, out), { recursive: true });
  for (const { path, bytes } of stripped) {
    if (await writeNewFile(fromCwd(io, path), Buffer.from(bytes))) terminal.out(path);
    else problems.push(`"${path}" is there already. Delete it first, or choose another folder with --out.`);
  }
  if (problems.length > 0) throw new BadInput(problems);
  return EXIT.done;
}

/** @throws errors that the file did not cause */
function reasonOf(error: unknown): string {
  if (isSystemError(error)) return describeSystemError(error);
  if (isImageFileError(error)) return `it is not a complete PNG or WebP (${error.message}).`;
  throw error;
}
