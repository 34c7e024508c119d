import type { EvaluateContext } from '@unclip-studio/graph-core';
import type { RgbImage } from '../image/rgb-image.js';
import type { SaveOptions, UnclipServices } from '../services.js';

type SaveContext = Pick<EvaluateContext<UnclipServices>, 'services' | 'publish' | 'record' | 'signal'>;

/** Saves images, which are encoded side by side, and publishes them in their order. */
export async function saveImages(
  images: readonly RgbImage[],
  options: Omit<SaveOptions, 'made'>,
  { services, publish, record, signal }: SaveContext,
): Promise<void> {
  signal.throwIfAborted();
  const made = record?.();
  const saved = images.map((image, index) =>
    services.outputs.save(image, made ? { ...options, made: { record: made, index } } : options),
  );
  // The first failure is reported; later ones have no one to report to.
  for (const one of saved) one.catch(() => {});
  for (const one of saved) publish(await one);
}
