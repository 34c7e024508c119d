import type { Reason } from '@unclip-studio/protocol';
import { processFile } from '../../common/process-file.js';
import { IMAGE_TASK_MS, MAX_WAITING_IMAGES } from '../../limits.js';
import type { SigningFiles } from '../../services/c2pa/signing-key.js';
import { createTaskProcess } from '../task-process.js';
import { createTurns } from '../turns.js';
import type { ImageAnswer, ImageTask, ImageView } from './image-process.js';

/** What an image's bytes turned out to be. */
interface CheckedImage {
  readonly mediaType: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The bytes are not a supported image; the message tells the user why. */
export class ImageRefused extends Error {
  override readonly name = 'ImageRefused';
  /** They are of another format altogether. */
  readonly isOtherFormat: boolean;
  readonly because: Reason | undefined;

  constructor({ message, because, isOtherFormat }: Extract<ImageAnswer, { readonly kind: 'refused' }>) {
    super(message);
    this.isOtherFormat = isOtherFormat;
    this.because = because;
  }
}

/**
 * Decodes untrusted images in a separate process: a decoder that crashes only loses one answer. The process starts with
 * the first image and exits after being idle for a while, which frees its memory.
 */
export interface ImageService {
  /**
   * Decodes the whole image, so that stored images are known to be valid.
   *
   * @throws ImageRefused
   */
  check(bytes: Uint8Array, label: string): Promise<CheckedImage>;
  /**
   * A WebP of at most `sidePx` per side.
   *
   * @param read returns the bytes on demand: waiting images are not in memory
   * @throws ImageRefused, TooManyTasks
   */
  thumbnail(read: () => Promise<Uint8Array>, sidePx: number): Promise<Uint8Array>;
  /**
   * The image in another form.
   *
   * @param read as for `thumbnail`
   * @param isOwn saved by this server: if it has a C2PA manifest, its other forms are signed too
   * @throws ImageRefused, TooManyTasks
   */
  view(read: () => Promise<Uint8Array>, view: ImageView, isOwn: boolean): Promise<Uint8Array>;
  /**
   * The image with the transparency of a mask of its size, as a PNG with the image's own texts.
   *
   * @throws ImageRefused, TooManyTasks
   */
  applyMask(image: Uint8Array, mask: Uint8Array): Promise<Buffer>;
  /** Does work with the whole bytes of an image when few others do. @throws TooManyTasks */
  inTurn<Value>(work: () => Promise<Value>): Promise<Value>;
  close(): void;
}

export interface ImageServiceOptions {
  /** Of one image, width times height. */
  readonly maxPixels: number;
  /** See `MachineConfig`. */
  readonly c2pa?: SigningFiles | undefined;
}

export function createImageService({ maxPixels, c2pa }: ImageServiceOptions): ImageService {
  const tasks = createTaskProcess<ImageTask, ImageAnswer>({
    script: processFile('image-process'),
    what: 'image',
    maxMs: IMAGE_TASK_MS,
    maxWaiting: MAX_WAITING_IMAGES,
  });
  const turns = createTurns({ what: 'image', width: 2, maxWaiting: MAX_WAITING_IMAGES });
  async function ask(prepare: () => ImageTask | Promise<ImageTask>): Promise<ImageAnswer> {
    const answer = await tasks.run(prepare);
    if (answer.kind === 'refused') throw new ImageRefused(answer);
    return answer;
  }
  return {
    async check(bytes, label) {
      const answer = await ask(() => ({ kind: 'check', bytes, label, maxPixels }));
      if (answer.kind !== 'checked') throw new Error('Internal error: the image process sent a reply of another kind');
      const { mediaType, widthPx, heightPx } = answer;
      return { mediaType, widthPx, heightPx };
    },
    async thumbnail(read, sidePx) {
      const answer = await ask(async () => ({ kind: 'thumbnail', bytes: await read(), sidePx, maxPixels }));
      if (answer.kind !== 'thumbnail')
        throw new Error('Internal error: the image process sent a reply of another kind');
      return answer.bytes;
    },
    async view(read, view, isOwn) {
      const signing = isOwn ? { c2pa } : {};
      const answer = await ask(async () => ({ kind: 'view', bytes: await read(), ...view, ...signing, maxPixels }));
      if (answer.kind !== 'view') throw new Error('Internal error: the image process sent a reply of another kind');
      return answer.bytes;
    },
    async applyMask(image, mask) {
      const answer = await ask(() => ({ kind: 'mask', bytes: image, mask, maxPixels }));
      if (answer.kind !== 'mask') throw new Error('Internal error: the image process sent a reply of another kind');
      return Buffer.from(answer.bytes);
    },
    inTurn: (work) => turns.take(work),
    close: () => tasks.close(),
  };
}
