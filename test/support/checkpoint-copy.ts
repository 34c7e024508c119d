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
import { type Checkpoint, openCheckpoint } from '@unclip-studio/nodes-unclip';
import { type OpenCheckpointOptions, requireUnclip, type UnclipCheckpoint } from '@unclip-studio/nodes-unclip/testing';
import { localCheckpointFolder, sha256 } from '@unclip-studio/server';
import { readTensors, safetensorsFile, type TensorBytes } from './safetensors-file.js';
import { tempFolder } from './temp-folder.js';

const CHECKPOINTS = fileURLToPath(new URL('../../test/golden/checkpoints', import.meta.url));

/** An unCLIP checkpoint in float32 with random weights. */
export const SMALL_CHECKPOINT = join(CHECKPOINTS, 'tiny-unclip-l');

/** A prior that fits it. */
const SMALL_PRIOR = join(CHECKPOINTS, 'tiny-karlo-prior');

export async function openSmallCheckpoint(): Promise<UnclipCheckpoint> {
  return requireUnclip(await openFolder(SMALL_CHECKPOINT));
}

export function openFolder(
  folder: string,
  options?: Pick<OpenCheckpointOptions, 'variant' | 'remember'>,
): Promise<Checkpoint> {
  return openCheckpoint('tiny', localCheckpointFolder(folder), { hash: sha256, ...options });
}

const PREVIEW = [
  [0.3, 0.2, 0.2],
  [0.2, 0.3, 0.2],
  [-0.2, 0.2, 0.3],
  [-0.2, -0.3, -0.4],
  [0.5, 0.5, 0.5],
];

/** A copy of a checkpoint that a test may break: of the small one with a prior, unless another is named. */
export class CheckpointCopy {
  readonly folder: string;

  /** Components whose folders are links as yet -> where to. */
  readonly #linked = new Map<string, string>();

  /**
   * @param where by default a folder that is gone when the test is over. Of a source that is named, a component's folder
   *   is a link until a method here changes what it holds, which saves hundreds of files.
   */
  constructor({ source, folder }: { readonly source?: string; readonly folder?: string } = {}) {
    this.folder = folder ?? join(tempFolder(), 'tiny');
    if (source === undefined) this.#copySmall();
    else this.#linkAll(source);
  }

  #copySmall(): void {
    cpSync(SMALL_CHECKPOINT, this.folder, { recursive: true });
    for (const [part, as] of [
      ['prior', 'prior'],
      ['prior_scheduler', 'prior_scheduler'],
      ['text_encoder', 'prior_text_encoder'],
    ] as const) {
      cpSync(join(SMALL_PRIOR, part), join(this.folder, as), { recursive: true });
    }
    this.write('latent_preview.json', JSON.stringify({ matrix: PREVIEW.slice(0, 4), bias: PREVIEW[4] }));
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

  open(options?: Pick<OpenCheckpointOptions, 'variant' | 'remember'>): Promise<Checkpoint> {
    return openFolder(this.folder, options);
  }

  /** What opening says, where it must fail. */
  async problem(): Promise<string> {
    const outcome = await this.open().catch((error: unknown) => error);
    if (outcome instanceof Error && outcome.name === 'CheckpointError') return outcome.message;
    throw new Error(`expected a CheckpointError, got ${String(outcome)}`);
  }
}
