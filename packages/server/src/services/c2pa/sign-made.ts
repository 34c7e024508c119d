import type { ResultRecord } from '@unclip-studio/graph-core';
import type { EncodedImage } from '../encode-image-file.js';
import { givenImagesOf, markingOf, type NodeTypes } from '../receipts/image-marking.js';
import type { ImageSigner, SignedInput } from './image-signer.js';
import type { SigningFiles } from './signing-key.js';

export interface SignMadeOptions {
  /** Opened with the first image. */
  readonly c2pa: SigningFiles;
  /** The file of an image that the workflow names. */
  readInput(name: string): Promise<Uint8Array>;
  readonly nodeTypes: NodeTypes;
}

/** Signs an image that is about to be saved; gives it back as it is if no model made it. */
export type SignMade = <Image extends Pick<EncodedImage, 'bytes'>>(
  image: Image,
  made: { readonly record: ResultRecord } | undefined,
) => Promise<Image>;

/** Signs the images of one run with what the run was given as ingredients. */
export function createSignMade({ c2pa, readInput, nodeTypes }: SignMadeOptions): SignMade {
  let signer: Promise<ImageSigner> | undefined;
  return async (image, made) => {
    const marking = made && markingOf(made.record, nodeTypes);
    if (made === undefined || marking === undefined) return image;
    const inputs: SignedInput[] = [];
    for (const given of givenImagesOf(made.record, nodeTypes)) {
      inputs.push({ ...given, bytes: await readInput(given.name) });
    }
    // Only loaded by those who sign.
    signer ??= import('./image-signer.js').then(({ openImageSigner }) => openImageSigner(c2pa));
    return { ...image, bytes: await (await signer).signMade(image.bytes, marking, inputs) };
  };
}

export const signNothing: SignMade = async (image) => image;
