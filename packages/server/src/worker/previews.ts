import type { LatentPreview } from '@unclip-studio/nodes-unclip';
import type { PreviewMessage } from '@unclip-studio/protocol';
import { loadSharp } from '../services/sharp-library.js';
import type { DecodedPreviews } from './decoded-previews.js';
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
  /** Resolves when the last one is encoded and sent, so that it does not wait for the next user of the thread. */
  sent(): Promise<void>;
}

export interface PreviewsOptions {
  /** See {@link drawPreview}. */
  findMap(vae: string): LatentPreview | undefined;
  /** Decodes what it can and has time for; everything is drawn by the linear map when left out. */
  readonly decoded?: DecodedPreviews | undefined;
  /** @param onSent called when it has left this process */
  send(preview: PreviewMessage, onSent: () => void): void;
  /** Called for a preview that failed; previews are not part of the result, so the run continues. */
  onError(error: unknown): void;
}

export function createPreviews({ findMap, decoded, send, onError }: PreviewsOptions): Previews {
  let isWatched = false;
  let isBusy = false;
  let encoding = Promise.resolve();

  async function encodeAndSend({ runId, node, value, progress }: OfferedPreview, drawn: Drawn): Promise<void> {
    const { step, steps } = stepOfPreview(value) ?? progress;
    const done = () => {
      isBusy = false;
    };
    try {
      const pixels = (await drawn) ?? drawPreview(value, findMap);
      if (pixels === undefined) done();
      else send({ runId, node, step, steps, ...(await encode(pixels)) }, done);
    } catch (error) {
      done();
      onError(error);
    }
  }

  return {
    watch(watching) {
      isWatched = watching;
      // Loaded before the first preview needs it; if that fails, it reports so.
      if (watching) void loadSharp().catch(() => {});
      if (watching) decoded?.prepare();
    },
    offer(preview) {
      if (!isWatched || isBusy) return;
      const choice = decoded?.draw(preview.value, `${preview.runId} ${preview.node}`) ?? 'linear';
      if (choice === 'skip') return;
      const drawn = choice === 'linear' ? drawPreview(preview.value, findMap) : choice;
      if (drawn === undefined) return;
      isBusy = true;
      encoding = encodeAndSend(preview, drawn);
    },
    sent: () => encoding,
  };
}

type Drawn = RgbPixels | Promise<RgbPixels | undefined>;

/**
 * Of a preview. A latent of 768 x 768 px is 96 cells wide, which are 3 kB by the linear map; more would be a grid of many images.
 * Decoded images are made as small.
 */
export const MAX_PREVIEW_SIDE_PX = 384;

async function encode({ widthPx: width, heightPx: height, data }: RgbPixels): Promise<EncodedImage> {
  const sharp = await loadSharp();
  const { data: bytes, info } = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: MAX_PREVIEW_SIDE_PX, height: MAX_PREVIEW_SIDE_PX, fit: 'inside', withoutEnlargement: true })
    // At one pixel a cell, halved color would be visible.
    .jpeg({ quality: 80, chromaSubsampling: '4:4:4' })
    .toBuffer({ resolveWithObject: true });
  return { widthPx: info.width, heightPx: info.height, mime: 'image/jpeg', bytes };
}

type EncodedImage = Pick<PreviewMessage, 'widthPx' | 'heightPx' | 'mime' | 'bytes'>;
