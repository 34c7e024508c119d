import type { ImageMarking } from '@unclip-studio/graph-core';
import { withReason } from '@unclip-studio/graph-core';
import type { AnimationOptions, RgbImage } from '@unclip-studio/nodes-unclip';
import { MAX_ANIMATION_PIXELS } from '../limits.js';
import { checkWebpSide } from './encode-image-file.js';
import { ImageError } from './file-errors.js';
import { toImage } from './image-codec.js';
import { loadSharp } from './sharp-library.js';
import { webpWithTexts } from './webp-with-texts.js';

interface AnimationSettings extends Pick<AnimationOptions, 'fps' | 'loops' | 'quality'> {
  readonly marking?: ImageMarking | undefined;
}

export interface EncodedAnimation {
  readonly bytes: Uint8Array;
  readonly mediaType: 'image/webp';
  /** What went into it, by keyword. */
  readonly text: Readonly<Record<string, string>>;
}

/**
 * Frames as one animated WebP with texts inside. Similar adjacent frames become one frame with a longer duration.
 *
 * @param frames at least one, all of the same size
 * @param textsOf makes the texts from the decoded pixels of the file, which differ from the frames' if it is lossy
 * @throws OutputError if the format cannot hold frames of this size
 */
export async function encodeAnimation(
  frames: readonly RgbImage[],
  settings: AnimationSettings,
  textsOf: (film: RgbImage) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>,
): Promise<EncodedAnimation> {
  const [first] = frames;
  if (first === undefined) throw new Error('Internal error: an animation without frames');
  checkWebpSide(first, 'Resize it before.');
  const plain = await (await encoder(frames, settings)).toBuffer();
  const text = await textsOf(await decodeAnimation(plain, 'The animation'));
  // The same encoder gives the same frames again; the texts are stored separately.
  const bytes = await webpWithTexts(await encoder(frames, settings), text, settings.marking);
  return { bytes, mediaType: 'image/webp', text };
}

/**
 * All frames of a WebP, the first one on top, as one tall image.
 *
 * @param what names the file in messages
 * @throws ImageError if it is larger than an image may be 16 times over, or damaged
 */
export async function decodeAnimation(bytes: Uint8Array, what: string): Promise<RgbImage> {
  const sharp = await loadSharp();
  try {
    const { width, height } = await sharp(bytes, { animated: true, limitInputPixels: false }).metadata();
    if (width * height > MAX_ANIMATION_PIXELS) {
      throw withReason(
        new ImageError(
          `${what}: expected at most ${MAX_ANIMATION_PIXELS / 1e6} megapixels in all frames, got ${width} x ${height} px.`,
        ),
        { code: 'animation-size', widthPx: width, heightPx: height, maxMegapixels: MAX_ANIMATION_PIXELS / 1e6 },
      );
    }
    const raw = await sharp(bytes, { animated: true, limitInputPixels: false, failOn: 'warning' })
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return toImage(raw);
  } catch (error) {
    if (error instanceof ImageError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ImageError(`${what}: expected a whole WebP, got one that is cut short or damaged (${reason}).`, {
      cause: error,
    });
  }
}

async function encoder(frames: readonly RgbImage[], { fps, loops, quality }: AnimationSettings) {
  const { width, height } = frames[0] as RgbImage; // Checked by the caller.
  const sharp = await loadSharp();
  const film = Buffer.concat(frames.map(({ data }) => data));
  // Whole milliseconds are all that the file holds; the rounding must not add up over the frames.
  const due = (frame: number) => Math.round((frame * 1000) / fps);
  const raw = { width, height: height * frames.length, channels: 3, pageHeight: height } as const;
  return sharp(film, { raw, limitInputPixels: false }).webp({
    ...(quality === undefined ? { lossless: true } : { quality }),
    effort: 4,
    loop: loops ? 0 : 1,
    delay: frames.map((_, frame) => due(frame + 1) - due(frame)),
  });
}
