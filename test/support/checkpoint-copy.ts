import {
  cpSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
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

/** A copy of a checkpoint that a test may break: of the bundled one, gone when the test is over, unless another is named. */
export class CheckpointCopy {
  readonly folder: string;

  /** Components whose folders are links as yet -> where to. */
  readonly #linked = new Map<string, string>();

  /** @param other a component's folder in it is a link until a method here changes what it holds, which saves hundreds of files */
  constructor(other?: { readonly source: string; readonly folder: string }) {
    this.folder = other?.folder ?? join(tempFolder(), 'tiny');
    if (other === undefined) cpSync(join(MODELS_FOLDER, 'tiny-unclip'), this.folder, { recursive: true });
    else this.#linkAll(other.source);
  }

  #linkAll(source: string): void {
    for (const name of readdirSync(source)) {
      const [from, to] = [realpathSync(join(source, name)), this.path(name)];
      if (!statSync(from).isDirectory()) cpSync(from, to);
      else {
        symlinkSync(from, to);
        this.#linked.set(name, from);
      }
    }
  }

  /** Before something in it is changed. */
  #own(file: string): string {
    const [component = '', ...rest] = file.split('/');
    const from = this.#linked.get(component);
    if (from !== undefined && rest.length > 0) {
      this.#linked.delete(component);
      unlinkSync(this.path(component));
      cpSync(from, this.path(component), { recursive: true });
    }
    return this.path(file);
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  rename(file: string, to: string): void {
    renameSync(this.#own(file), this.#own(to));
  }

  remove(file: string): void {
    rmSync(this.#own(file), { recursive: true });
  }

  write(file: string, content: string | Uint8Array): void {
    writeFileSync(this.#own(file), content);
  }

  text(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }

  bytes(file: string): Uint8Array {
    return readFileSync(this.path(file));
  }

  json(file: string): Readonly<Record<string, unknown>> {
    return JSON.parse(this.text(file)) as Readonly<Record<string, unknown>>;
  }

  /** A key that is changed to `undefined` is taken out. */
  editJson(file: string, change: Readonly<Record<string, unknown>>): void {
    this.write(file, JSON.stringify({ ...this.json(file), ...change }));
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
