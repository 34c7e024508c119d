import type { PictureAnswer, PictureTask } from './picture-task.js';
import { createTaskProcess } from './task-process.js';

/** What a picture's bytes turned out to be. */
interface CheckedPicture {
  readonly mediaType: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The bytes are no picture that is taken here; the message tells the user why. */
export class PictureRefused extends Error {
  override readonly name = 'PictureRefused';
  /** They are of another format altogether. */
  readonly isOtherFormat: boolean;

  constructor(message: string, isOtherFormat: boolean) {
    super(message);
    this.isOtherFormat = isOtherFormat;
  }
}

/**
 * Decodes strangers' pictures in a process of its own: a decoder that crashes takes one answer with it. The process
 * starts at the first picture and leaves when there was none for a while, with the memory it took.
 */
export interface PictureService {
  /**
   * Decodes the whole picture, so that what is stored is known to be good.
   *
   * @throws PictureRefused
   */
  check(bytes: Uint8Array, label: string): Promise<CheckedPicture>;
  /** A WebP of at most `sidePx` a side. @throws PictureRefused */
  thumbnail(bytes: Uint8Array, sidePx: number): Promise<Uint8Array>;
  close(): void;
}

/** @param options.maxPixels of one image, width times height */
export function createPictureService({ maxPixels }: { readonly maxPixels: number }): PictureService {
  const tasks = createTaskProcess<PictureTask, PictureAnswer>();
  async function ask(task: PictureTask): Promise<PictureAnswer> {
    const answer = await tasks.run(task);
    if (answer.kind === 'refused') throw new PictureRefused(answer.message, answer.isOtherFormat);
    return answer;
  }
  return {
    async check(bytes, label) {
      const answer = await ask({ kind: 'check', bytes, label, maxPixels });
      if (answer.kind !== 'checked') throw new Error('Internal error: the picture process answered another question');
      const { mediaType, widthPx, heightPx } = answer;
      return { mediaType, widthPx, heightPx };
    },
    async thumbnail(bytes, sidePx) {
      const answer = await ask({ kind: 'thumbnail', bytes, sidePx, maxPixels });
      if (answer.kind !== 'thumbnail') throw new Error('Internal error: the picture process answered another question');
      return answer.bytes;
    },
    close: () => tasks.close(),
  };
}
