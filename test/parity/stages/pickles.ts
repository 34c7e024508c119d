import { open } from 'node:fs/promises';
import {
  bytesPerElement,
  gather,
  PickledTensor,
  PickleError,
  PickleFloat,
  PickleList,
  PickleTuple,
  type PickleValue,
  readPickleHeader,
  readTorchFile,
  type WeightFile,
} from '@unclip-studio/nodes-unclip/testing';
import { CaseChecks } from '../compare.js';
import { halfToNumber } from '../golden-safetensors.js';
import type { GoldenCase, GoldenSet } from '../golden-set.js';
import type { ParityStage } from '../parity-stage.js';

/** A case says what lies where in a pickle. */
interface PickleParams {
  readonly file: string;
  readonly tensors: readonly {
    readonly path: readonly (string | number)[];
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly output: string;
  }[];
  readonly values: readonly { readonly path: readonly (string | number)[]; readonly value: unknown }[];
}

const DTYPES: Readonly<Record<string, string>> = {
  ...{ float32: 'F32', float16: 'F16', bfloat16: 'BF16', float64: 'F64', int64: 'I64', int32: 'I32', int16: 'I16' },
  ...{ int8: 'I8', uint8: 'U8', bool: 'BOOL' },
};

/** Tensors and values, bit for bit, through the product's own reader. */
export const pickles: ParityStage = {
  stage: 'pickle',
  async run(goldenCase, set) {
    const params = goldenCase.params as unknown as PickleParams;
    const checks = new CaseChecks(goldenCase, set);
    const run = withFile(set.path(params.file), async (file) => {
      const { root, place } = await readTorchFile(file);
      for (const { path, dtype, shape, output } of params.tensors) {
        const tensor = at(root, path);
        if (!(tensor instanceof PickledTensor)) {
          checks.fail(`${path.join('/')}: expected a tensor`);
          continue;
        }
        checks.equal(`${output}: type and shape`, [tensor.dtype, tensor.shape], [DTYPES[dtype], shape]);
        const { offset, strides } = await place(tensor);
        const length = shape.reduce((product, size) => product * size, bytesPerElement(tensor.dtype));
        const read = (from: number, count: number) => file.read(from, count);
        const bytes =
          strides === null
            ? await read(offset, length)
            : await gather({ dtype: tensor.dtype, shape, offset, length, strides }, read);
        const comparable = dtype === 'float16' ? widened(bytes) : bytes;
        checks.equal(
          output,
          Buffer.from(comparable).toString('hex'),
          expectedBytes(goldenCase, set, { output, dtype }),
        );
      }
      for (const { path, value } of params.values) checks.equal(path.join('/'), plain(at(root, path)), value);
    });
    try {
      await run;
    } catch (error) {
      if (!(goldenCase.isOptional && error instanceof PickleError)) throw error;
      return { outcome: 'unsupported', reason: error.message };
    }
    return checks.result();
  },
};

/** Each is refused, or read without harm where the case allows it; quickly, and in little memory. */
export const hostilePickles: ParityStage = {
  stage: 'pickle_hostile',
  async run(goldenCase, set) {
    const checks = new CaseChecks(goldenCase, set);
    const started = performance.now();
    const refusal = await withFile(set.path(String(goldenCase.params['file'])), (file) =>
      readPickleHeader(file).then(
        () => 'loaded',
        (error: unknown) => (error instanceof Error ? error.name : 'no error'),
      ),
    );
    if (goldenCase.isOptional && refusal === 'loaded')
      return { outcome: 'unsupported', reason: 'this fault is not looked for' };
    const mayLoad = goldenCase.mayLoad && refusal === 'loaded';
    checks.equal('outcome', mayLoad ? 'PickleError' : refusal, 'PickleError');
    checks.equal('ends within 2 s', performance.now() - started < 2000, true);
    return checks.result();
  },
};

async function withFile<Result>(path: string, use: (file: WeightFile) => Promise<Result>): Promise<Result> {
  const handle = await open(path, 'r');
  try {
    return await use({
      name: path,
      sizeBytes: (await handle.stat()).size,
      async read(offset, length) {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await handle.read(bytes, 0, length, offset);
        return bytes.subarray(0, bytesRead);
      },
    });
  } finally {
    await handle.close();
  }
}

function at(root: PickleValue, path: readonly (string | number)[]): PickleValue | undefined {
  let value: PickleValue | undefined = root;
  for (const step of path) {
    if (value instanceof Map) value = value.get(step);
    else if (value instanceof PickleList || value instanceof PickleTuple) value = value.items[Number(step)];
    else return undefined;
  }
  return value;
}

/** As the set's reader gives them: half floats as float32. */
function widened(bytes: Uint8Array): Uint8Array {
  const halves = new Uint16Array(bytes.slice().buffer);
  return new Uint8Array(Float32Array.from(halves, halfToNumber).buffer);
}

function plain(value: PickleValue | undefined): unknown {
  if (value instanceof PickleFloat) return value.value;
  return typeof value === 'bigint' ? Number(value) : value;
}

/** The set widens some types, which safetensors or numpy do not have. */
function expectedBytes(
  goldenCase: GoldenCase,
  set: GoldenSet,
  { output, dtype }: { readonly output: string; readonly dtype: string },
): string {
  const { data } = set.output(goldenCase, output);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const numbers = Array.from(data as ArrayLike<number>);
  switch (dtype) {
    case 'bfloat16':
      return Buffer.concat(numbers.map((_, i) => bytes.subarray(4 * i + 2, 4 * i + 4))).toString('hex');
    case 'int8':
      return Buffer.from(Int8Array.from(numbers).buffer).toString('hex');
    case 'int16':
      return Buffer.from(Int16Array.from(numbers).buffer).toString('hex');
    default:
      return bytes.toString('hex');
  }
}
