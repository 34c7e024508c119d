import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { createCheckpointService } from '@unclip-studio/server';
import { unclip } from '../support/unclip.js';
import { SOURCE } from './checkpoint-facts.js';
import { type KnownFault, subfolder } from './known-fault.js';

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];

interface Repository {
  readonly revisions: readonly string[];
  /** Whether `refs/main` names the last revision; yes if left out. */
  readonly hasRefs?: boolean;
  /** A blob whose download was broken off lies there. */
  readonly isIncomplete?: boolean;
  /** Files that did not come. */
  lacks?(revision: string, file: string): boolean;
  /** Files whose link leads to nothing. */
  dangles?(file: string): boolean;
}

const WHOLE = 'listed as the checkpoint, and complete';

/** Caches of huggingface_hub as they occur, and the result of inspecting each. */
const REPOSITORIES: Readonly<Record<string, readonly [Repository, right: string | RegExp]>> = {
  plain: [{ revisions: [A] }, WHOLE],
  'two-revs': [{ revisions: [A, B] }, WHOLE],
  'no-refs': [{ revisions: [A, B], hasRefs: false }, WHOLE],
  partial: [
    { revisions: [A], isIncomplete: true, lacks: (_, file) => file.startsWith('vae/diff') },
    /^refused: .*vae: expected diffusion_pytorch_model\.safetensors/,
  ],
  dangling: [
    { revisions: [A], dangles: (file) => file.startsWith('unet/diff') },
    /^refused: .*unet\/diffusion_pytorch_model\.safetensors: this is a link to ".*x", which is not there\. The download was not finished/,
  ],
  // The newest revision is the one that is meant, although an older one is whole.
  'partial-new': [
    { revisions: [A, B], lacks: (revision, file) => revision === B && file.startsWith('unet/diff') },
    /^refused: .*unet: expected diffusion_pytorch_model\.safetensors/,
  ],
};

export const hubFaults: readonly KnownFault[] = Object.entries(REPOSITORIES).map(([name, [repository, right]]) => ({
  ...{ name: `hub/acme/${name}`, right },
  async attempt(folder) {
    makeRepository(subfolder(folder, `models--acme--${name}`), repository);
    const listed = await createCheckpointService({ roots: [folder] }).list();
    if (listed.join() !== `acme/${name}`) return `listed as ${JSON.stringify(listed)}`;
    const { code, stdout, stderr } = await unclip(['models', 'inspect', `acme/${name}`, '--models', folder]);
    if (code !== 0) return `refused: ${stderr.trimEnd()}`;
    return /^ {2}state +complete: /m.test(stdout) ? WHOLE : `no refusal, and not complete: ${stdout}`;
  },
}));

function makeRepository(folder: string, repository: Repository): void {
  const { revisions, hasRefs = true, isIncomplete = false, lacks, dangles } = repository;
  const blobs = subfolder(folder, 'blobs');
  for (const revision of revisions) {
    for (const file of filesOfSource()) {
      if (lacks?.(revision, file)) continue;
      const bytes = readFileSync(join(SOURCE, file));
      const blob = join(blobs, createHash('sha256').update(bytes).digest('hex'));
      const isMissing = dangles?.(file) ?? false;
      if (!isMissing && !existsSync(blob)) writeFileSync(blob, bytes);
      const link = join(folder, 'snapshots', revision, file);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(relative(dirname(link), isMissing ? `${blob}x` : blob), link);
    }
  }
  if (hasRefs) writeFileSync(join(subfolder(folder, 'refs'), 'main'), revisions.at(-1) ?? '');
  if (isIncomplete) writeFileSync(join(blobs, `${'a'.repeat(64)}.incomplete`), 'x'.repeat(100));
}

function filesOfSource(): readonly string[] {
  return readdirSync(SOURCE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(SOURCE, join(entry.parentPath, entry.name)));
}
