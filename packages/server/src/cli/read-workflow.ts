import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  decodeForeignText,
  describeDiagnostic,
  looksLikeComfyUi,
  parseWorkflow,
  type Workflow,
} from '@unclip-studio/graph-core';
import { MAX_WORKFLOW_SOURCE_BYTES } from '../limits.js';
import { isImageFileError } from '../services/file-errors.js';
import { detectImageFormat } from '../services/image-format.js';
import { readComfyText, readEmbeddedWorkflow } from '../services/image-text.js';
import { BUNDLED_IMAGES_FOLDER, BUNDLED_WORKFLOWS_FOLDER } from '../services/program.js';
import { fromCwd } from '../services/surroundings.js';
import { describeSystemError, isSystemError } from '../services/system-error.js';
import { BadInput } from './exit-codes.js';
import type { Io } from './io.js';
import { readSavedWorkflow } from './library.js';

/** Where files are named from, and what `-` reads. */
type Source = Pick<Io, 'cwd' | 'stdin'>;

/** A workflow and where it came from. */
export interface WorkflowSource {
  readonly workflow: Workflow;
  /** The folder in which its images are looked for first. */
  readonly folder: string;
  /** What messages call it. */
  readonly shown: string;
  /** It is saved under that name in a server's library, whose images it names. */
  readonly isSaved?: true;
}

/** What a name may mean besides a file and an example. */
export interface OtherWorkflows {
  /** Example workflows of plug-ins, each named `PACKAGE/NAME`. */
  readonly ofPlugins?: ReadonlyMap<string, Workflow>;
  /** A server's data folder, with its library. */
  readonly dataFolder?: string;
}

/**
 * Reads a workflow from a JSON file, from a PNG or WebP that carries one, or, as `-`, either of them from standard input.
 * A name that is no file, such as `image-variations`, means the example workflow of that name, or else the one that a server has
 * saved under it.
 *
 * @throws BadInput if there is none, or its form is wrong
 */
export async function readWorkflowFile(
  file: string,
  io: Source,
  { ofPlugins, dataFolder }: OtherWorkflows = {},
): Promise<WorkflowSource> {
  const shown = file === '-' ? 'Standard input' : `"${file}"`;
  const isFile = file === '-' || existsSync(fromCwd(io, file));
  const ofPlugin = isFile ? undefined : ofPlugins?.get(file);
  if (ofPlugin !== undefined) return { workflow: ofPlugin, folder: io.cwd, shown };
  const example = exampleNamed(file, io);
  const saved =
    isFile || example !== undefined || dataFolder === undefined ? undefined : readSavedWorkflow(dataFolder, file);
  if (saved !== undefined) return { workflow: readText(saved, shown, file), folder: io.cwd, shown, isSaved: true };
  const path = example ?? file;
  const text = workflowText(await readInputBytes(path, io), shown);
  const folder = file === '-' ? io.cwd : dirname(fromCwd(io, path));
  return { workflow: readText(text, shown, file), folder, shown };
}

function readText(text: string, shown: string, file: string): Workflow {
  const parsed = parseWorkflow(text);
  if (parsed.ok) return parsed.value;
  if (looksLikeComfyUi(text)) throw comfyUi(shown, file);
  throw new BadInput(parsed.diagnostics.map(describeDiagnostic), `${shown} cannot be read:`);
}

function exampleNamed(file: string, io: Source): string | undefined {
  if (!/^[a-z0-9-]+$/.test(file) || file === '-' || existsSync(fromCwd(io, file))) return undefined;
  const example = join(BUNDLED_WORKFLOWS_FOLDER, `${file}.json`);
  return existsSync(example) ? example : undefined;
}

/**
 * A file's bytes, or as `-` those of standard input.
 *
 * @throws BadInput if there are none, or too many
 */
export function readInputBytes(file: string, io: Source): Promise<Uint8Array> {
  return file === '-' ? readStandardInput(io) : readNamedFile(file, io);
}

async function readStandardInput({ stdin }: Source): Promise<Uint8Array> {
  if (stdin.isTTY) throw new BadInput(['There is nothing on standard input. Pipe a workflow in, or name a file.']);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stdin) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_WORKFLOW_SOURCE_BYTES) throw tooLarge('Standard input');
  }
  return Buffer.concat(chunks);
}

async function readNamedFile(file: string, io: Source): Promise<Uint8Array> {
  try {
    const path = fromCwd(io, file);
    const { size } = await stat(path);
    if (size > MAX_WORKFLOW_SOURCE_BYTES) throw tooLarge(`"${file}"`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof BadInput) throw error;
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT') throw new BadInput([`There is no file "${file}" in ${io.cwd}. Check the path.`]);
    if (error.code === 'EISDIR') throw new BadInput([`"${file}" is a folder. Name a workflow file in it.`]);
    throw new BadInput([`"${file}" cannot be read: ${describeSystemError(error)}`]);
  }
}

function tooLarge(shown: string): BadInput {
  return new BadInput([`${shown} holds more than ${MAX_WORKFLOW_SOURCE_BYTES / 2 ** 20} MiB. Is it the right file?`]);
}

function comfyUi(shown: string, file: string): BadInput {
  return new BadInput([
    `${shown} is a workflow of ComfyUI. Turn it into one of ours: unclip import ${file} --out my-workflow.json`,
  ]);
}

function workflowText(bytes: Uint8Array, shown: string): string {
  const format = detectImageFormat(bytes);
  if (format === 'png' || format === 'webp') return imageText(bytes, shown, format === 'png' ? 'PNG' : 'WebP');
  if (format !== undefined) {
    throw new BadInput([
      `${shown} is a ${format.toUpperCase()} image. Only PNGs and WebPs saved by unclip-studio contain a workflow.`,
    ]);
  }
  // An editor or a shell of Windows may have turned the text into UTF-16.
  const text = decodeForeignText(bytes);
  if (text !== null) return text;
  throw new BadInput([
    `${shown} is neither text nor an image. Name a workflow's JSON, or a PNG or WebP saved by unclip-studio.`,
  ]);
}

function imageText(bytes: Uint8Array, shown: string, kind: string): string {
  try {
    const text = readEmbeddedWorkflow(bytes);
    if (text !== undefined) return text;
    if (readComfyText(bytes) !== undefined) throw comfyUi(shown, shown.replaceAll('"', ''));
  } catch (error) {
    if (!isImageFileError(error)) throw error;
    throw new BadInput([`${shown} is a damaged ${kind}: ${error.message}. Copy or save it again.`]);
  }
  throw new BadInput([
    `${shown} is a ${kind} that contains no workflow. Only images saved by unclip-studio do, and sending them through a ` +
      'chat or an image editor often removes it.',
  ]);
}

/**
 * Where the images of a workflow are searched, in this order: next to it, in `images` next to it, in the current folder
 * (an image with a workflow inside is often somewhere else than its inputs), and among the bundled ones.
 */
export function imageFoldersOf(folder: string, { cwd }: Pick<Io, 'cwd'>): readonly string[] {
  return [folder, join(folder, 'images'), cwd, BUNDLED_IMAGES_FOLDER];
}
