import type { LatentPreview } from '@unclip-studio/nodes-unclip';
import type { PreviewMessage } from '@unclip-studio/protocol';
import { loadSharp } from '../services/sharp-library.js';
import { drawPreview, type StepCount, stepOfPreview } from './draw-preview.js';
import type { RgbPixels } from './latent-to-rgb.js';

export interface OfferedPreview {
  readonly runId: string;
  readonly node: string;
  readonly value: unknown;
  /** The last that the node reported. */
  readonly progress: StepCount;
}

/** Makes small images of what nodes are working on, while somebody watches. */
export interface Previews {
  watch(watching: boolean): void;
  /** One that comes before the last has left is dropped. */
  offer(preview: OfferedPreview): void;
  /** Resolves when the last one is encoded and sent, so that it need not wait for whoever takes the thread next. */
  sent(): Promise<void>;
}

export interface PreviewsOptions {
  /** See {@link drawPreview}. */
  findMap(vae: string): LatentPreview | undefined;
  /** @param onSent called when it has left this process */
  send(preview: PreviewMessage, onSent: () => void): void;
  /** Told of a preview that could not be made; previews are for looking at only, so the run goes on. */
  onError(error: unknown): void;
}

export function createPreviews({ findMap, send, onError }: PreviewsOptions): Previews {
  let isWatched = false;
  let isBusy = false;
  let encoding = Promise.resolve();

  async function encodeAndSend({ runId, node, value, progress }: OfferedPreview, pixels: RgbPixels): Promise<void> {
    const { step, steps } = stepOfPreview(value) ?? progress;
    const done = () => {
      isBusy = false;
    };
    try {
      send({ runId, node, step, steps, ...(await encode(pixels)) }, done);
    } catch (error) {
      done();
      onError(error);
    }
  }

  return {
    watch(watching) {
      isWatched = watching;
      // Loaded before the first preview waits for it; if it cannot be, that says so.
      if (watching) void loadSharp().catch(() => {});
    },
    offer(preview) {
      if (!isWatched || isBusy) return;
      const pixels = drawPreview(preview.value, findMap);
      if (pixels === undefined) return;
      isBusy = true;
      encoding = encodeAndSend(preview, pixels);
    },
    sent: () => encoding,
  };
}

// A latent of 768 x 768 px is 96 cells wide: 3 kB. More would be a grid of many images.
const MAX_SIDE_PX = 384;

async function encode({ widthPx: width, heightPx: height, data }: RgbPixels): Promise<EncodedImage> {
  const sharp = await loadSharp();
  const { data: bytes, info } = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: MAX_SIDE_PX, height: MAX_SIDE_PX, fit: 'inside', withoutEnlargement: true })
    // At one pixel a cell, halved colour would be visible.
    .jpeg({ quality: 80, chromaSubsampling: '4:4:4' })
    .toBuffer({ resolveWithObject: true });
  return { widthPx: info.width, heightPx: info.height, mime: 'image/jpeg', bytes };
}

type EncodedImage = Pick<PreviewMessage, 'widthPx' | 'heightPx' | 'mime' | 'bytes'>;
