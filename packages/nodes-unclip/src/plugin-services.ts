import type { RgbImage } from './image/rgb-image.js';
import type { Embed } from './port-types/embed.js';
import type { Latent } from './port-types/latent.js';
import type { Mask } from './port-types/mask.js';
import type { Tensor } from './tensor/tensor.js';

/** Port type -> its value, of those types of this program that plug-ins may take and give. */
export interface PluginPortTypes {
  readonly image: readonly RgbImage[];
  readonly mask: Mask;
  readonly latent: Latent;
  /** Its `space` can only be passed on. */
  readonly embed: Embed;
}

/** An operation on many numbers at once, in native speed; the code of a contained plug-in itself runs 50 times slower. */
export interface BulkOperations {
  /** Replaces each byte by the entry of a table of 256; with three tables, red, green and blue each use their own. */
  lookUp(bytes: Uint8Array, tables: Uint8Array): void;
  /**
   * Multiplies the RGB of each pixel by a matrix.
   *
   * @param matrix 3 rows of 4 values: the factors of red, green and blue, and an offset, in levels of 0..255
   */
  mixChannels(rgb: Uint8Array, matrix: readonly number[]): void;
  /** Rec. 709 luma of each pixel. @returns width * height values, 0..255 */
  luma(rgb: Uint8Array): Float32Array;
  /**
   * Convolves one channel with a square kernel; at the borders the nearest values are repeated.
   *
   * @param kernel side * side values, an odd side of at most 31
   */
  convolve(values: Float32Array, width: number, kernel: readonly number[]): Float32Array;
  /** `a * x + b * y + c` for each place; without `y`, `a * x + c`. */
  combine(
    x: Float32Array,
    factors: { readonly a?: number; readonly b?: number; readonly c?: number },
    y?: Float32Array,
  ): Float32Array;
  /** The length of the vector (x, y) at each place. */
  length(x: Float32Array, y: Float32Array): Float32Array;
  /** Values clamped to 0..255 and rounded, each once, or three times as gray RGB. */
  toBytes(values: Float32Array, channels?: 1 | 3): Uint8Array;
  /** Bytes as numbers, times a factor. */
  toFloats(bytes: Uint8Array, factor?: number): Float32Array;
}

export interface PluginAnswer {
  readonly status: number;
  readonly body: Uint8Array;
  /** The body as UTF-8. */
  readonly text: string;
}

/** What a plug-in may use; what its manifest names under `needs` works once the operator has granted it. */
export interface PluginServices {
  readonly bulk: BulkOperations;
  readonly onnx: {
    /** Runs an .onnx file of the plug-in, named by its path in the package. Needs the grant `onnx`. */
    run(file: string, feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  };
  /** The files of a folder which the operator has given a name: the grant `files:NAME=FOLDER`. Not for pure nodes. */
  readonly files: {
    list(folder: string): Promise<readonly string[]>;
    read(folder: string, path: string): Promise<Uint8Array>;
    /** Only where the manifest says `read-write`. */
    write(folder: string, path: string, bytes: Uint8Array | string): Promise<void>;
  };
  /** Asks a host over http or https. Needs the grant `network:HOST`. Not for pure nodes. */
  fetch(
    url: string,
    options?: {
      readonly method?: 'GET' | 'POST';
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: Uint8Array | string;
    },
  ): Promise<PluginAnswer>;
}
