import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const EDITOR = fileURLToPath(new URL('../../../packages/editor', import.meta.url));

/**
 * Builds a page as the editor's is published, from the sources of now.
 *
 * @param page the folder of its sources; the editor's own when left out
 * @returns the folder it is in
 */
export async function buildPage(page = EDITOR): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unclip-editor-'));
  const vite = join(EDITOR, 'node_modules/vite/bin/vite.js');
  const config = join(EDITOR, 'vite.config.ts');
  const args = [vite, 'build', page, '--config', config, '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'];
  const child = spawn(process.execPath, args, { cwd: EDITOR, stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.on('data', (chunk) => {
    words += chunk;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The page in ${page} cannot be built:\n${words}`);
  return folder;
}
