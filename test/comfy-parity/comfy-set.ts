import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type GoldenTensor, readGoldenSafetensors } from '../parity/golden-safetensors.js';
import { GoldenSetError } from '../parity/golden-set.js';

/** How near a tensor of a case has to come, as the manifest has it. */
export interface ComfyTolerance {
  readonly atol?: number;
  readonly rtol?: number;
  /** Of uint8 images: no value off by more levels, and at most this share off at all. */
  readonly max_levels?: number;
  readonly differing_at_most?: number;
}

/** One prompt that ComfyUI ran, with its intermediate values. */
export interface ComfyCase {
  readonly id: string;
  /** Relative to the set's folder, as is `file`. */
  readonly prompt: string;
  readonly file: string;
  readonly tolerance: Readonly<Record<string, ComfyTolerance>>;
  /** Key -> case and key that hold the same bytes; they stand there only. */
  readonly same_as?: Readonly<Record<string, readonly [string, string]>>;
}

/** A folder of ComfyUI's own numbers: `manifest.json`, prompts, tensors, tiny checkpoints, images. */
export class ComfySet {
  readonly #files = new Map<string, ReadonlyMap<string, GoldenTensor>>();

  private constructor(
    readonly folder: string,
    readonly cases: readonly ComfyCase[],
    /** Folders with checkpoints that lie elsewhere. */
    readonly otherCheckpoints: readonly string[],
  ) {}

  /** @throws GoldenSetError if there is no readable manifest */
  static open(folder: string): ComfySet {
    const path = join(folder, 'manifest.json');
    if (!existsSync(path)) throw new GoldenSetError(`no golden set at ${folder}: manifest.json is missing`);
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    if (manifest.format !== 1 || !Array.isArray(manifest.cases)) throw new GoldenSetError(`${path}: another format`);
    // Those of the diffusers goldens are next to the sets, or in the checkout.
    const beside = [resolve(folder, '../../goldens/checkpoints'), resolve(folder, '../goldens/checkpoints')];
    const checkout = resolve(import.meta.dirname, '../golden/checkpoints');
    return new ComfySet(resolve(folder), manifest.cases, [...beside, checkout].filter(existsSync));
  }

  promptText({ prompt }: ComfyCase): string {
    return readFileSync(join(this.folder, prompt), 'utf8');
  }

  keys({ file, same_as = {} }: ComfyCase): readonly string[] {
    return [...this.#read(file).keys(), ...Object.keys(same_as)];
  }

  /** @throws GoldenSetError if there is no such tensor */
  tensor(comfyCase: ComfyCase, key: string): GoldenTensor {
    const [id, elsewhere] = comfyCase.same_as?.[key] ?? [comfyCase.id, key];
    const holder = id === comfyCase.id ? comfyCase : this.cases.find((one) => one.id === id);
    const found = holder && this.#read(holder.file).get(elsewhere);
    if (found === undefined) throw new GoldenSetError(`${comfyCase.id}: no tensor ${key}`);
    return found;
  }

  #read(file: string): ReadonlyMap<string, GoldenTensor> {
    const known = this.#files.get(file) ?? readGoldenSafetensors(join(this.folder, file));
    this.#files.set(file, known);
    return known;
  }

  get imageFolder(): string {
    return join(this.folder, 'images');
  }

  get modelFolders(): readonly string[] {
    return [join(this.folder, 'checkpoints'), join(this.folder, 'models'), ...this.otherCheckpoints];
  }
}
