import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { decodeForeignText, looksLikeComfyUi } from '@unclip-studio/graph-core';
import { unclip } from '../support/unclip.js';
import { tryImage } from './image-faults.js';
import { tryCheck, tryImport } from './workflow-faults.js';

const IMAGE = /\.(?:jpe?g|png|webp)$/i;
const WORKFLOW = /\.json$/i;

/**
 * Tries other files of the same kinds, without known expected values: images and workflows at any depth, and folders
 * that contain a checkpoint.
 *
 * @returns one line per file, with the result
 */
export async function* tryFolder(root: string, scratch: string): AsyncGenerator<string> {
  for (const path of inputsUnder(root)) {
    const got = await tryPath(path, scratch).catch((error: unknown) => `ENDED BY ${String(error)}`);
    yield `${relative(root, path) || '.'}: ${got}`;
  }
}

async function tryPath(path: string, scratch: string): Promise<string> {
  if (statSync(path).isDirectory()) return tryInspect(path);
  const bytes = readFileSync(path);
  if (WORKFLOW.test(path)) {
    return looksLikeComfyUi(decodeForeignText(bytes) ?? '') ? tryImport(path, scratch) : tryCheck(path);
  }
  const image = await tryImage(bytes, path);
  const workflow = await tryImport(path, scratch);
  return workflow.startsWith('refused: ') && /contains no workflow/.test(workflow) ? image : `${image}; ${workflow}`;
}

async function tryInspect(folder: string): Promise<string> {
  const { code, stdout, stderr } = await unclip(['models', 'inspect', folder]);
  if (code !== 0) return `refused: ${stderr.trim()}`;
  return stdout.trimEnd().split('\n').at(-1)?.trim() ?? '';
}

function inputsUnder(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.some(({ name }) => ['model_index.json', 'unet', 'prior', 'snapshots'].includes(name))) return [folder];
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return inputsUnder(path);
    return IMAGE.test(entry.name) || WORKFLOW.test(entry.name) ? [path] : [];
  });
}
