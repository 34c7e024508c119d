import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Checkpoint,
  type OpenCheckpointOptions,
  openCheckpoint,
  requireUnclip,
  type UnclipCheckpoint,
} from '@unclip-studio/nodes-unclip';
import { localCheckpointFolder, sha256 } from '@unclip-studio/server';
import { readTensors, safetensorsFile, type TensorBytes } from './safetensors-file.js';
import { tempFolder } from './temp-folder.js';

/** The folder that holds the bundled checkpoint, `tiny-unclip`. */
export const MODELS_FOLDER = fileURLToPath(new URL('../../models', import.meta.url));

export async function openBundledCheckpoint(): Promise<UnclipCheckpoint> {
  return requireUnclip(await openFolder(join(MODELS_FOLDER, 'tiny-unclip')));
}

export function openFolder(folder: string, options?: Pick<OpenCheckpointOptions, 'variant'>): Promise<Checkpoint> {
  return openCheckpoint('tiny', localCheckpointFolder(folder), { hash: sha256, ...options });
}

/** A copy of the bundled checkpoint that a test may break; gone when the test is over. */
export class CheckpointCopy {
  readonly folder: string;

  constructor() {
    this.folder = join(tempFolder(), 'tiny');
    cpSync(join(MODELS_FOLDER, 'tiny-unclip'), this.folder, { recursive: true });
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  remove(file: string): void {
    rmSync(this.path(file), { recursive: true });
  }

  write(file: string, content: string | Uint8Array): void {
    writeFileSync(this.path(file), content);
  }

  editJson(file: string, change: Readonly<Record<string, unknown>>): void {
    const json = JSON.parse(readFileSync(this.path(file), 'utf8')) as Readonly<Record<string, unknown>>;
    this.write(file, JSON.stringify({ ...json, ...change }));
  }

  tensors(file: string): Readonly<Record<string, TensorBytes>> {
    return readTensors(readFileSync(this.path(file)));
  }

  /** Rewrites the tensors of a safetensors file. */
  editTensors(
    file: string,
    edit: (tensors: Readonly<Record<string, TensorBytes>>) => Readonly<Record<string, TensorBytes>>,
  ): void {
    this.write(file, safetensorsFile(edit(this.tensors(file))));
  }

  /** Rewrites the header of a safetensors file as text; the data stay as they are. */
  editHeader(file: string, edit: (header: string) => string): void {
    const bytes = readFileSync(this.path(file));
    const length = Number(bytes.readBigUInt64LE(0));
    const header = Buffer.from(edit(bytes.subarray(8, 8 + length).toString('utf8')));
    const lengthWord = Buffer.alloc(8);
    lengthWord.writeBigUInt64LE(BigInt(header.length));
    this.write(file, Buffer.concat([lengthWord, header, bytes.subarray(8 + length)]));
  }

  open(options?: Pick<OpenCheckpointOptions, 'variant'>): Promise<Checkpoint> {
    return openFolder(this.folder, options);
  }

  /** What opening says, where it must fail. */
  async problem(): Promise<string> {
    const outcome = await this.open().catch((error: unknown) => error);
    if (outcome instanceof Error && outcome.name === 'CheckpointError') return outcome.message;
    throw new Error(`expected a CheckpointError, got ${String(outcome)}`);
  }
}
