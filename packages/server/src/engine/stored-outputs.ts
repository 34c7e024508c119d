import type { RunOutput } from '@unclip-studio/graph-core';
import type { AnimationOptions, OutputService, RgbImage, SaveOptions } from '@unclip-studio/nodes-unclip';
import { encodeAnimation } from '../services/animation-codec.js';
import { type SignMade, signNothing } from '../services/c2pa/sign-made.js';
import { type EncodedImage, encodeImageFile } from '../services/encode-image-file.js';
import { markingOf, type NodeTypes } from '../services/receipts/image-marking.js';
import { imageTexts } from '../services/receipts/image-texts.js';
import type { BlobStore } from '../store/blob-store.js';
import { StoreFullError } from '../store/store-errors.js';

/** An output in the blob store; `location` is its sha256. */
export interface StoredOutput extends RunOutput {
  readonly name: string;
  readonly sizeBytes: number;
}

export interface StoredOutputsOptions {
  readonly blobs: Pick<BlobStore, 'put'>;
  /** By which images that models made are marked as such. */
  readonly nodeTypes: NodeTypes;
  /** Adds a C2PA manifest; left out, there are none. */
  readonly sign?: SignMade | undefined;
  /** Goes into every image. */
  workflowText(): string;
  /** What models run on, as a receipt has it. */
  device(): Promise<string>;
}

export interface StoredOutputs extends OutputService {
  save(image: RgbImage, options: SaveOptions): Promise<StoredOutput>;
  saveAnimation(frames: readonly RgbImage[], options: AnimationOptions): Promise<StoredOutput>;
  /** Set once a result found no room: how many bytes it needed. */
  diskNeededBytes(): number | undefined;
}

/** Where a server's runs leave their images. */
export function createStoredOutputs(options: StoredOutputsOptions): StoredOutputs {
  const { blobs, nodeTypes, workflowText, device, sign = signNothing } = options;
  let neededBytes: number | undefined;
  async function keep({ bytes, mediaType }: EncodedImage, name: string, size: Size): Promise<StoredOutput> {
    const location = await blobs.put(bytes).catch((error: unknown) => {
      if (error instanceof StoreFullError) neededBytes = error.neededBytes;
      throw error;
    });
    return {
      ...{ location, mediaType, name },
      widthPx: size.width,
      heightPx: size.height,
      sizeBytes: bytes.byteLength,
    };
  }
  return {
    diskNeededBytes: () => neededBytes,
    async save(image, { name, format = 'png', temporary, made }) {
      const text = await imageTexts(image, { workflowText: workflowText(), made, device: await device() });
      const marking = made && markingOf(made.record, nodeTypes);
      const output = await keep(await sign(await encodeImageFile(image, { format, text, marking }), made), name, image);
      return temporary ? { ...output, temporary } : output;
    },
    async saveAnimation(frames, { name, made, ...settings }) {
      const on = await device();
      const marking = made && markingOf(made.record, nodeTypes);
      const encoded = await encodeAnimation(frames, { ...settings, marking }, (film) =>
        imageTexts(film, { workflowText: workflowText(), made: made && { ...made, index: 0 }, device: on }),
      );
      return keep(await sign(encoded, made), name, frames[0] as RgbImage); // `encodeAnimation` has seen that it is there.
    },
  };
}

type Size = Pick<RgbImage, 'width' | 'height'>;
