import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const EDITOR = fileURLToPath(new URL('../../../packages/editor', import.meta.url));

/** Builds the page as it is published, from the sources of now. @returns the folder it is in */
export async function buildEditor(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unclip-editor-'));
  const vite = join(EDITOR, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'];
  const child = spawn(process.execPath, args, { cwd: EDITOR, stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.on('data', (chunk) => {
    words += chunk;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The editor cannot be built:\n${words}`);
  return folder;
}
