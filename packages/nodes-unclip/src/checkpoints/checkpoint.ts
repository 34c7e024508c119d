import { withReason } from '@unclip-studio/graph-core';
import type { AbsentModel, TextModel, UnetModel, VaeModel, VisionModel } from '../models/model.js';
import { CheckpointError } from '../weights/checkpoint-error.js';

/** One opened checkpoint: configs read, weights found and checked, nothing of the weights loaded. */
interface CheckpointCore {
  readonly name: string;
  /** The identity of everything an image depends on, by content: the same for any layout on disk. */
  readonly identity: string;
  readonly unet: UnetModel;
  readonly vae: VaeModel;
  /** See `noText`. */
  readonly text: TextModel;
  /** Why it has no text encoder, for the error of anything that uses `text`; left out if it has one. */
  readonly noText?: AbsentModel;
}

/** A checkpoint that images can guide: unCLIP, or one that draws variations of images and takes no text. */
export interface UnclipCheckpoint extends CheckpointCore {
  readonly seesImages: true;
  readonly vision: VisionModel;
}

/** A Stable Diffusion of the first or second generation, which only prompts and latents guide. */
export interface PlainCheckpoint extends CheckpointCore {
  readonly seesImages: false;
  /** Its folder may hold one, for IP-Adapter. */
  readonly vision: VisionModel | AbsentModel;
}

export type Checkpoint = UnclipCheckpoint | PlainCheckpoint;

/** The types of outputs of a LoadModel that a checkpoint has no value for, and why. */
export function missingOutputs({
  vision,
  noText,
}: Pick<Checkpoint, 'vision' | 'noText'>): Readonly<Record<string, AbsentModel>> {
  return {
    ...('absent' in vision && { 'vision-model': vision }),
    ...(noText !== undefined && { 'text-model': noText }),
  };
}

/** In place of the image encoder of a plain Stable Diffusion that has none. */
export function withoutImages(name: string): AbsentModel {
  const absent =
    `Checkpoint "${name}" is a plain Stable Diffusion: it has no image encoder, and images cannot guide it. ` +
    'Choose an unCLIP checkpoint here, or guide this one by a prompt and a latent image. For IP-Adapter use Load CLIP Vision.';
  return { absent, because: { code: 'model-cannot', model: name, what: 'see-images' } };
}

/** @throws CheckpointError with the reason if there is none */
export function requireVision(model: VisionModel | AbsentModel): VisionModel {
  if ('absent' in model) throw absence(model);
  return model;
}

/** Takes the place of a missing text encoder: using it throws the reason. */
export function absentText(why: AbsentModel): TextModel {
  return absentModel<TextModel>(why);
}

/** The same in the place of any model. */
export function absentModel<Model extends object>(why: AbsentModel): Model {
  const fail = (): never => {
    throw absence(why);
  };
  return new Proxy({} as Model, { get: (_, key) => (key === 'then' ? undefined : fail()) });
}

/** @throws CheckpointError for a plain one */
export function requireUnclip(checkpoint: Checkpoint): UnclipCheckpoint {
  if (checkpoint.seesImages) return checkpoint;
  throw absence(withoutImages(checkpoint.name));
}

function absence({ absent, because }: AbsentModel): CheckpointError {
  const error = new CheckpointError(absent);
  return because === undefined ? error : withReason(error, because);
}
