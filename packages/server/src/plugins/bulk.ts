// The operations of `services.bulk`, on the bytes of the plug-in's own arrays: no grant is needed, as they only
// compute. Their arguments are untrusted, so sizes are checked before anything is allocated.

const MAX_KERNEL_SIDE = 31;

export interface BulkCall {
  readonly operation: string;
  /** The numbers of the call, without its arrays. */
  readonly detail: unknown;
  /** Copies of its arrays, in their order. */
  readonly arrays: readonly Uint8Array[];
}

/** @returns the bytes of the result */
export function runBulk({ operation, detail, arrays }: BulkCall): Uint8Array {
  const [first, second] = arrays;
  if (first === undefined) throw new Error('an array is missing');
  switch (operation) {
    case 'lookUp':
      return lookUp(first, required(second));
    case 'mixChannels':
      return mixChannels(first, numbersOf(detail, 12));
    case 'luma':
      return bytesOf(luma(first));
    case 'convolve': {
      const [width = 0, ...kernel] = numbersOf(detail);
      return bytesOf(convolve(floatsOf(first), width, kernel));
    }
    case 'combine':
      return bytesOf(combine(floatsOf(first), numbersOf(detail, 3), second && floatsOf(second)));
    case 'length':
      return bytesOf(length(floatsOf(first), floatsOf(required(second))));
    case 'toBytes':
      return toBytes(floatsOf(first), numbersOf(detail, 1)[0] === 3 ? 3 : 1);
    case 'toFloats':
      return bytesOf(toFloats(first, numbersOf(detail, 1)[0] as number));
    default:
      throw new Error('there is no such operation');
  }
}

function lookUp(bytes: Uint8Array, tables: Uint8Array): Uint8Array {
  if (tables.length !== 256 && tables.length !== 768) throw new Error('lookUp: expected 256 or 768 entries');
  const isPerChannel = tables.length === 768;
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = tables[(isPerChannel ? (i % 3) * 256 : 0) + (bytes[i] as number)] as number;
  }
  return bytes;
}

function mixChannels(rgb: Uint8Array, m: readonly number[]): Uint8Array {
  const [rr = 0, rg = 0, rb = 0, r0 = 0, gr = 0, gg = 0, gb = 0, g0 = 0, br = 0, bg = 0, bb = 0, b0 = 0] = m;
  // Assigning to it rounds and clamps.
  const out = new Uint8ClampedArray(rgb.buffer, rgb.byteOffset, rgb.length);
  for (let i = 0; i + 2 < rgb.length; i += 3) {
    const [r, g, b] = [rgb[i] as number, rgb[i + 1] as number, rgb[i + 2] as number];
    out[i] = rr * r + rg * g + rb * b + r0;
    out[i + 1] = gr * r + gg * g + gb * b + g0;
    out[i + 2] = br * r + bg * g + bb * b + b0;
  }
  return rgb;
}

/** Rec. 709. */
function luma(rgb: Uint8Array): Float32Array {
  const out = new Float32Array(Math.floor(rgb.length / 3));
  for (let i = 0; i < out.length; i++) {
    const at = 3 * i;
    out[i] = 0.2126 * (rgb[at] as number) + 0.7152 * (rgb[at + 1] as number) + 0.0722 * (rgb[at + 2] as number);
  }
  return out;
}

function convolve(values: Float32Array, width: number, kernel: readonly number[]): Float32Array {
  const side = Math.sqrt(kernel.length);
  if (!Number.isInteger(side) || side % 2 === 0 || side > MAX_KERNEL_SIDE) {
    throw new Error(`convolve: expected a square kernel with an odd side of at most ${MAX_KERNEL_SIDE}`);
  }
  if (!Number.isInteger(width) || width < 1 || values.length % width !== 0) {
    throw new Error('convolve: the values are not whole rows of this width');
  }
  const height = values.length / width;
  const reach = (side - 1) / 2;
  const out = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let j = -reach; j <= reach; j++) {
        const row = Math.min(height - 1, Math.max(0, y + j)) * width;
        for (let i = -reach; i <= reach; i++) {
          const factor = kernel[(j + reach) * side + i + reach] as number;
          sum += factor * (values[row + Math.min(width - 1, Math.max(0, x + i))] as number);
        }
      }
      out[y * width + x] = sum;
    }
  }
  return out;
}

function combine(x: Float32Array, [a = 1, b = 1, c = 0]: readonly number[], y?: Float32Array): Float32Array {
  if (y !== undefined && y.length !== x.length) throw new Error('combine: the two arrays differ in length');
  const out = new Float32Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = a * (x[i] as number) + (y ? b * (y[i] as number) : 0) + c;
  return out;
}

function length(x: Float32Array, y: Float32Array): Float32Array {
  if (y.length !== x.length) throw new Error('length: the two arrays differ in length');
  const out = new Float32Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.sqrt((x[i] as number) ** 2 + (y[i] as number) ** 2);
  return out;
}

function toFloats(bytes: Uint8Array, factor: number): Float32Array {
  const out = new Float32Array(bytes.length);
  for (let i = 0; i < out.length; i++) out[i] = factor * (bytes[i] as number);
  return out;
}

function toBytes(values: Float32Array, channels: 1 | 3): Uint8Array {
  const out = new Uint8ClampedArray(values.length * channels);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    for (let c = 0; c < channels; c++) out[channels * i + c] = value;
  }
  return new Uint8Array(out.buffer);
}

function required(array: Uint8Array | undefined): Uint8Array {
  if (array === undefined) throw new Error('a second array is missing');
  return array;
}

function floatsOf(bytes: Uint8Array): Float32Array {
  if (bytes.length % 4 !== 0) throw new Error('expected a Float32Array');
  // Foreign memory may be at any address.
  if (bytes.byteOffset % 4 !== 0) return new Float32Array(bytes.slice().buffer);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function numbersOf(detail: unknown, count?: number): readonly number[] {
  const isGood = Array.isArray(detail) && detail.every((one) => typeof one === 'number' && Number.isFinite(one));
  if (!isGood || (count !== undefined && detail.length !== count)) throw new Error('a number is missing or not finite');
  return detail;
}
