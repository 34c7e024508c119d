import { canonicalJson, withReason } from '@unclip-studio/graph-core';
import { MAX_IMAGE_EMBEDS_BYTES } from '../../limits.js';
import { type Tensor, tensor } from '../../tensor/tensor.js';
import { CheckpointError, fileProblems } from '../../weights/checkpoint-error.js';
import { decodeFloats } from '../../weights/decode-floats.js';
import { readNpyHeader } from '../../weights/npy.js';
import { openTensorFile, type StoredTensor, tensorReader, tensorsOf } from '../../weights/stored-tensor.js';
import { otherKindIn } from '../../weights/weight-kind.js';
import { nameProblems, type OpenFamilyOptions } from '../open-family.js';
import type { ModelLocation } from './location.js';

/** CLIP image embeddings in a file. */
export interface ImageEmbeds {
  readonly name: string;
  /** Identifies them by their content, regardless of the file. */
  readonly identity: string;
  /** float32 [n, d], one row an image. */
  readonly rows: Tensor;
}

/** What diffusers calls them, as an argument of its pipelines, and what others do. */
export const IMAGE_EMBEDS_KEY = 'image_embeds';
const KEYS = [IMAGE_EMBEDS_KEY, 'image_embeddings', 'image_embed', 'embeds', 'embedding'];

/** @throws CheckpointError if it holds no embeddings */
export function openImageEmbeds(
  name: string,
  { folder, path }: ModelLocation,
  { hash }: Pick<OpenFamilyOptions, 'hash'>,
): Promise<ImageEmbeds> {
  return nameProblems(`Embeddings "${name}"`, async () => {
    const stored = path.toLowerCase().endsWith('.npy') ? await readNpyHeader(folder, path) : await findTensor();
    const { shape } = stored;
    const [d = 0] = shape.slice(-1);
    const isRows = shape.length === 1 || shape.length === 2 || (shape.length === 3 && shape[1] === 1);
    const n = shape.slice(0, -1).reduce((product, size) => product * size, 1);
    if (!isRows || n * d === 0)
      throw fileProblems(path, [`expected rows [n, d], got [${shape.join(', ')}]`], {
        fault: 'wrong-kind',
        cure: CURE,
      });
    if (stored.length > MAX_IMAGE_EMBEDS_BYTES)
      throw fileProblems(path, [`expected at most ${MAX_IMAGE_EMBEDS_BYTES} bytes of them`], {
        fault: 'not-supported',
        cure: CURE,
      });
    const rowByRow = stored.isTransposed ? { ...stored, strides: [1, n] } : stored;
    const bytes = await tensorReader(folder).read(rowByRow);
    if (bytes.length < stored.length)
      throw fileProblems(path, ['the file was cut off'], { fault: 'damaged', cure: CURE });
    const floats = decodeFloats(stored.dtype, bytes);
    if (floats === null)
      throw fileProblems(path, [`expected floats, got ${stored.dtype}`], { fault: 'not-supported', cure: CURE });
    const odd = floats.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0)
      throw fileProblems(path, [`row ${Math.floor(odd / d)} holds ${floats[odd]}, which is not a number`], {
        fault: 'damaged',
        cure: CURE,
      });
    const content = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
    return { name, rows: tensor([n, d], floats), identity: hash(canonicalJson([[n, d], hash(content)])) };
  });

  async function findTensor(): Promise<StoredTensor> {
    const file = await openTensorFile(folder, path);
    const other = otherKindIn(file, 'image-embeds');
    if (other !== undefined)
      throw fileProblems(path, [`expected image embeddings, got ${other}`], { fault: 'wrong-kind', cure: CURE });
    const tensors = tensorsOf(file);
    const named = KEYS.map((key) => tensors.find((one) => one.name === key)).find((one) => one !== undefined);
    const found = named ?? (tensors.length === 1 ? tensors[0] : undefined);
    if (found !== undefined) return found;
    const got = tensors.map(({ name: key, shape }) => `"${key}" [${shape.join(', ')}]`).join(', ');
    throw fileProblems(path, [`expected a tensor "${IMAGE_EMBEDS_KEY}", or a single one, got ${got || 'none'}`], {
      fault: 'wrong-kind',
      cure: CURE,
    });
  }
}

const CURE = 'Choose CLIP image embeddings, such as Save Embed or diffusers makes';

/** CLIP image encoders, by the width of their embeddings. */
const ENCODERS: ReadonlyMap<number, string> = new Map([
  [512, 'CLIP ViT-B'],
  [768, 'CLIP ViT-L (unCLIP "l", Karlo)'],
  [1024, 'CLIP ViT-H (unCLIP "h", Stable Diffusion 2.1)'],
  [1280, 'CLIP ViT-bigG (Stable Diffusion XL, Kandinsky)'],
]);

/** @throws CheckpointError for embeddings of another width than a model takes, naming whose they are */
export function requireWidth(
  { name, rows }: ImageEmbeds,
  model: { readonly name: string; readonly width: number },
): void {
  const [, d = 0] = rows.dims;
  if (d === model.width) return;
  const of = (width: number) => `${width} values, as of ${ENCODERS.get(width) ?? 'no encoder that is known here'}`;
  throw withReason(
    new CheckpointError(
      `Embeddings "${name}": each has ${of(d)}; "${model.name}" takes ${of(model.width)}. Choose embeddings of its image encoder.`,
    ),
    { code: 'made-for-other-model', kind: 'image-embeds', name, model: model.name },
  );
}
