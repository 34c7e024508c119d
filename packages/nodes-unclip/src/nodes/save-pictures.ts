import type { EvaluateContext } from '@unclip-studio/graph-core';
import type { RgbImage } from '../image/rgb-image.js';
import type { SaveOptions, UnclipServices } from '../services.js';

type SaveContext = Pick<EvaluateContext<UnclipServices>, 'services' | 'publish' | 'record' | 'signal'>;

/** Saves images, which are encoded side by side, and publishes them in their order. */
export async function savePictures(
  pictures: readonly RgbImage[],
  options: Omit<SaveOptions, 'made'>,
  { services, publish, record, signal }: SaveContext,
): Promise<void> {
  signal.throwIfAborted();
  const made = record?.();
  const saved = pictures.map((picture, index) =>
    services.outputs.save(picture, made ? { ...options, made: { record: made, index } } : options),
  );
  // The first that fails is told of; those behind it have nobody to tell.
  for (const one of saved) one.catch(() => {});
  for (const one of saved) publish(await one);
}
