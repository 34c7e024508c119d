import {
  decodePreview,
  type LatentFormat,
  type PreviewDecoder,
  shrinkForPreview,
  type Tensor,
  tensor,
} from '@unclip-studio/nodes-unclip';
import type { Reason } from '@unclip-studio/protocol';
import type { OrtSessions } from '../services/ort-sessions.js';
import { latentOf, type OfferedLatent } from './draw-preview.js';
import type { RgbPixels } from './latent-to-rgb.js';
import { isStableDiffusionFormat } from './learned-previews.js';
import { createPreviewPace } from './preview-pace.js';

export interface DecodedPreviewsOptions {
  /** Whether previews are decoded only where that takes little of the time; otherwise as often as they may. */
  readonly isAuto: boolean;
  /** Of the longer side of a preview. */
  readonly sidePx: number;
  /** See `LocalCheckpointService.openPreviewDecoder`. */
  open(): Promise<PreviewDecoder | undefined>;
  readonly runBeside: OrtSessions['runBeside'];
  /**
   * Called once for each decoder that exists and cannot be used; unless `isAuto`, also for each sampling without one.
   */
  onNotice(words: string, because: Reason): void;
}

/** Draws previews of Stable Diffusion's latents by a TAESD, where there is one. */
export interface DecodedPreviews {
  /** Finds a TAESD and opens it in the background. */
  prepare(): void;
  /**
   * @param sampling names the node's run that offers the value
   * @returns pixels once they are decoded, `undefined` if they could not be; `skip`: no preview now; `linear`: the linear map serves
   */
  draw(value: unknown, sampling: string): Promise<RgbPixels | undefined> | 'skip' | 'linear';
}

export function createDecodedPreviews(options: DecodedPreviewsOptions): DecodedPreviews {
  const { isAuto, sidePx, open, runBeside, onNotice } = options;
  const pace = createPreviewPace({ isAuto, now: () => performance.now() });
  let decoder: PreviewDecoder | undefined;
  let isOpening = false;
  let hasFailedToOpen = false;
  let lastSampling = '';
  let samplingWithoutRoom = '';
  let samplingWithoutDecoder = '';
  const failed = new Set<PreviewDecoder>();
  const noticed = new Set<string>();

  function notice(reason: string): void {
    if (noticed.has(reason)) return;
    noticed.add(reason);
    onNotice(`Previews are drawn by the linear map, since their decoder failed: ${reason}`, {
      ...{ code: 'preview-decoder-failed', detail: reason },
    });
  }

  function prepare(): void {
    if (isOpening) return;
    isOpening = true;
    void open()
      .then(
        (opened) => {
          decoder = opened;
          hasFailedToOpen = false;
        },
        (error: unknown) => {
          decoder = undefined;
          hasFailedToOpen = true;
          notice(messageOf(error));
        },
      )
      .finally(() => {
        isOpening = false;
      });
  }

  async function decode(latent: Tensor, by: PreviewDecoder): Promise<RgbPixels | undefined> {
    let costMs = 0;
    try {
      const image = await decodePreview(latent, by, async (model, feeds) => {
        const run = await runBeside(model, feeds);
        costMs += run?.runMs ?? 0;
        return run?.outputs;
      });
      if (image === undefined) {
        samplingWithoutRoom = lastSampling;
        return undefined;
      }
      pace.spent(latent.data.length, costMs);
      return { widthPx: image.width, heightPx: image.height, data: image.data };
    } catch (error) {
      failed.add(by);
      notice(`TAESD "${by.name}": ${messageOf(error)}`);
      return undefined;
    }
  }

  return {
    prepare,
    draw(value, sampling) {
      // A TAESD may have been put there, or exchanged, since the last run.
      if (sampling !== lastSampling) prepare();
      lastSampling = sampling;
      const offered = latentOf(value);
      const lacksDecoder = decoder === undefined && !isOpening && offered !== undefined && isOfStableDiffusion(offered);
      if (lacksDecoder && !isAuto && !hasFailedToOpen && samplingWithoutDecoder !== sampling) {
        samplingWithoutDecoder = sampling;
        onNotice(NO_PREVIEW_DECODER, { code: 'preview-decoder-missing' });
      }
      if (decoder === undefined || failed.has(decoder) || samplingWithoutRoom === sampling) return 'linear';
      if (offered === undefined || !suits(offered, decoder)) return 'linear';
      const latent = shrinkForPreview(tensor(offered.dims, offered.data), decoder, sidePx);
      const choice = pace.choose(sampling, latent.data.length);
      return choice === 'decode' ? decode(latent, decoder) : choice;
    },
  };
}

/** What to do if a TAESD is requested and not installed. */
export const NO_PREVIEW_DECODER =
  'Previews are drawn by the linear map, since no TAESD for Stable Diffusion 1 and 2 is installed. Download ' +
  'taesd_decoder.safetensors (https://github.com/madebyollin/taesd) into models/vae_approx, or start with --previews auto.';

function isOfStableDiffusion({ format }: OfferedLatent): boolean {
  return isWhole(format) && isStableDiffusionFormat(format);
}

function suits({ dims, data, format }: OfferedLatent, { latents }: PreviewDecoder): boolean {
  const [n = 0, c = 0, h = 0, w = 0] = dims;
  const isLatent = dims.length === 4 && n * c * h * w === data.length && data.length > 0;
  return isLatent && c === latents.channels && isWhole(format) && isStableDiffusionFormat(format);
}

function isWhole(format: Partial<LatentFormat>): format is LatentFormat {
  return format.channels !== undefined && format.scalingFactor !== undefined && format.preview !== undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
