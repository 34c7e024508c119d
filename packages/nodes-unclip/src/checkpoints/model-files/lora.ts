import { canonicalJson, ForeignJsonError, parseForeignJson } from '@unclip-studio/graph-core';
import { isJsonObject } from '../../json-object.js';
import type { Factor } from '../../onnx/adapter.js';
import { fileProblems } from '../../weights/checkpoint-error.js';
import { ELEMENT_TYPES } from '../../weights/checkpoint-keys.js';
import { decodeFloats } from '../../weights/decode-floats.js';
import { type LoraKey, type LoraPart, readLoraKey } from '../../weights/lora/lora-keys.js';
import { familyOf } from '../../weights/lora/model-family.js';
import { openTensorFile, type StoredTensor, tensorReader, tensorsOf } from '../../weights/stored-tensor.js';
import { otherKindIn } from '../../weights/weight-kind.js';
import { nameProblems, type OpenFamilyOptions } from '../open-family.js';
import type { ModelLocation } from './location.js';

/** A LoRA or one of its relatives, read but not yet matched with a model. */
export interface LoraFile {
  readonly name: string;
  /** Names its tensors and what belongs to them by their content. */
  readonly identity: string;
  /** What it was made for, if its tensors show it. */
  readonly family: string | undefined;
  /** The names of its tensors that belong to no form of LoRA. */
  readonly unknown: readonly string[];
  /** Reads the tensors, which stay in memory only while something uses them. @throws CheckpointError if it can be no adapter */
  modules(options?: LoraReading): Promise<readonly LoraModule[]>;
}

export interface LoraReading {
  /** What belongs to no form of LoRA is left out, as ComfyUI does; it is refused when left out. */
  readonly ignoresUnknown?: boolean;
}

/** What an adapter has for one module of a model. */
export interface LoraModule extends Omit<LoraKey, 'part'> {
  readonly parts: Readonly<Partial<Record<LoraPart, Factor>>>;
  /** Of the parts, as the file spells them. */
  readonly keys: readonly string[];
  /** `null`: the rank. */
  readonly alpha: number | null;
  /** The scale is alpha by the root of the rank, and not by the rank. */
  readonly isRankStabilized: boolean;
}

/** @throws CheckpointError if it is not a file of tensors */
export function openLora(
  name: string,
  { folder, path }: ModelLocation,
  { hash }: Pick<OpenFamilyOptions, 'hash'>,
): Promise<LoraFile> {
  return nameProblems(`LoRA "${name}"`, async () => {
    const file = await openTensorFile(folder, path);
    const tensors = [...tensorsOf(file)].sort((a, b) => (a.name < b.name ? -1 : 1));
    const reader = tensorReader(folder);
    const digests = await reader.digests(tensors);
    const settings = adapterSettings(file.header.metadata);
    const content = tensors.map(({ name: key, dtype, shape }, i) => [key, dtype, shape, digests[i]]);
    const unknown = tensors.flatMap((tensor) => (readLoraKey(tensor.name) === null ? tensor.name : []));
    const last = new Map<boolean, WeakRef<readonly LoraModule[]>>();
    return {
      name,
      identity: hash(canonicalJson([content, settings])),
      family: familyOf(tensors),
      unknown,
      modules: ({ ignoresUnknown = false } = {}) =>
        nameProblems(`LoRA "${name}"`, async () => {
          const other = ignoresUnknown ? undefined : otherKindIn(file, 'lora');
          if (other !== undefined)
            throw fileProblems(path, [`expected a LoRA, got ${other}`], {
              fault: 'wrong-kind',
              cure: 'Choose another file',
            });
          const kept = last.get(ignoresUnknown)?.deref();
          const known = ignoresUnknown ? tensors.filter((tensor) => readLoraKey(tensor.name) !== null) : tensors;
          const modules = kept ?? toModules(path, await readAll(known, folder.read), settings);
          last.set(ignoresUnknown, new WeakRef(modules));
          return modules;
        }),
    };
  });
}

interface ReadTensor extends StoredTensor {
  readonly data: Uint8Array;
}

/** All tensors in one piece: they fill the file. */
async function readAll(
  tensors: readonly StoredTensor[],
  read: ModelLocation['folder']['read'],
): Promise<readonly ReadTensor[]> {
  const [first] = tensors;
  if (first === undefined) return [];
  const start = Math.min(...tensors.map(({ offset }) => offset));
  const end = Math.max(...tensors.map(({ offset, length }) => offset + length));
  const bytes = await read(first.file, start, end - start);
  return tensors.map((tensor) => ({
    ...tensor,
    data: bytes.subarray(tensor.offset - start, tensor.offset - start + tensor.length),
  }));
}

/** PEFT's metadata, by the name of the model's part: `unet.lora_alpha`. */
type AdapterSettings = Readonly<Record<string, unknown>>;

function adapterSettings(metadata: ReadonlyMap<string, string>): AdapterSettings {
  const text = metadata.get('lora_adapter_metadata');
  if (text === undefined) return {};
  try {
    const json = parseForeignJson(text);
    return isJsonObject(json) ? json : {};
  } catch (error) {
    if (error instanceof ForeignJsonError) return {};
    throw error;
  }
}

function toModules(path: string, tensors: readonly ReadTensor[], settings: AdapterSettings): readonly LoraModule[] {
  const problems: string[] = [];
  const found = new Map<
    string,
    { key: LoraKey; parts: Partial<Record<LoraPart, Factor>>; keys: string[]; alpha: number | null }
  >();
  for (const tensor of tensors) {
    const key = readLoraKey(tensor.name);
    const elementType = ELEMENT_TYPES[tensor.dtype];
    if (key === null) problems.push(`"${tensor.name}" belongs to no form of LoRA`);
    else if (elementType === undefined) problems.push(`"${tensor.name}": expected floats, got ${tensor.dtype}`);
    else {
      const id = `${key.target} ${key.module}`;
      const module = found.get(id) ?? { key, parts: {}, keys: [], alpha: null };
      found.set(id, module);
      module.keys.push(tensor.name);
      if (key.part === 'alpha') module.alpha = decodeFloats(tensor.dtype, tensor.data)?.[0] ?? null;
      else if (module.parts[key.part] !== undefined) problems.push(`"${tensor.name}" is there twice, in two forms`);
      else module.parts[key.part] = { elementType, dims: tensor.shape, data: tensor.data };
    }
  }
  if (tensors.length === 0) problems.push('expected the tensors of a LoRA, got none');
  if (problems.length > 0) throw fileProblems(path, problems, { fault: 'other-model', cure: adviceFor(tensors) });
  return [...found.values()].map(({ key: { target, module, isUnderscored }, parts, keys, alpha }) => ({
    ...{ target, module, isUnderscored, parts, keys },
    ...alphaOf({ target, module, alpha }, settings),
  }));
}

function adviceFor(tensors: readonly StoredTensor[]): string {
  const family = familyOf(tensors);
  return family === undefined
    ? 'Choose a LoRA for this model'
    : `It looks like one for ${family}; choose one for Stable Diffusion 1 or 2`;
}

function alphaOf(
  { target, module, alpha }: Pick<LoraModule, 'target' | 'module' | 'alpha'>,
  settings: AdapterSettings,
): Pick<LoraModule, 'alpha' | 'isRankStabilized'> {
  const prefix = target === 'text' ? 'text_encoder' : 'unet';
  const pattern = settings[`${prefix}.alpha_pattern`];
  const own = isJsonObject(pattern) ? pattern[module] : undefined;
  const common = settings[`${prefix}.lora_alpha`];
  const said = [alpha, own, common].find((value) => typeof value === 'number');
  return { alpha: typeof said === 'number' ? said : null, isRankStabilized: settings[`${prefix}.use_rslora`] === true };
}
