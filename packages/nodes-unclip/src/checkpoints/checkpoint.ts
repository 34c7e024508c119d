import type { AbsentModel, TextModel, UnetModel, VaeModel, VisionModel } from '../models/model.js';
import { CheckpointError } from '../weights/checkpoint-error.js';

/** One opened checkpoint: configs read, weights found and checked, nothing of the weights loaded. */
interface CheckpointCore {
  readonly name: string;
  /** Names all that an image depends on by its content: the same however the checkpoint lies on disk. */
  readonly identity: string;
  readonly unet: UnetModel;
  readonly vae: VaeModel;
  readonly text: TextModel;
}

/** A checkpoint that images can guide. */
export interface UnclipCheckpoint extends CheckpointCore {
  readonly seesPictures: true;
  readonly vision: VisionModel;
}

/** A Stable Diffusion of the first or second generation, which only prompts and latents guide. */
export interface PlainCheckpoint extends CheckpointCore {
  readonly seesPictures: false;
}

export type Checkpoint = UnclipCheckpoint | PlainCheckpoint;

/** Why nothing can be made of what a checkpoint lacks; `null` if pictures can lead it. */
export function whyNoPictures({ name, seesPictures }: Pick<Checkpoint, 'name' | 'seesPictures'>): string | null {
  if (seesPictures) return null;
  return (
    `Checkpoint "${name}" is a plain Stable Diffusion: it has no image encoder, and pictures cannot lead it. ` +
    'Choose an unCLIP checkpoint here, or lead this one by a prompt and a latent.'
  );
}

/** What a plain Stable Diffusion hands out in place of an image encoder. */
export function absentVision(checkpoint: PlainCheckpoint): AbsentModel {
  return { absent: whyNoPictures(checkpoint) ?? '' };
}

/** @throws CheckpointError if there is none, saying why */
export function requireVision(model: VisionModel | AbsentModel): VisionModel {
  if ('absent' in model) throw new CheckpointError(model.absent);
  return model;
}

/** @throws CheckpointError for a plain one */
export function requireUnclip(checkpoint: Checkpoint): UnclipCheckpoint {
  if (checkpoint.seesPictures) return checkpoint;
  throw new CheckpointError(whyNoPictures(checkpoint) ?? '');
}
