import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type PickleValue,
  readPickleHeader,
  readTorchFile,
  type WeightFile,
} from '@unclip-studio/nodes-unclip/testing';
import { describe, expect, test } from 'vitest';
import { mutateBytes } from '../../fuzz/mutate-bytes.js';
import { createRandom } from '../../fuzz/random.js';
import { float32Bytes } from '../../support/safetensors-file.js';
import { randomRuns, testSeed } from '../../support/test-seed.js';
import { torchFile } from '../../support/torch-file.js';

// Files of torch 2.13.0, and hostile ones, are read in test/parity, stages pickle and pickle_hostile.

const FILES = fileURLToPath(new URL('../../golden-family/files', import.meta.url));

function inMemory(bytes: Uint8Array): WeightFile {
  return {
    name: 'weights.pt',
    sizeBytes: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

const MATRIX = { dtype: 'F32', shape: [2, 3], data: float32Bytes([1, 2, 3, 4, 5, 6]) } as const;

/** The storage of `weight` is a separate file in the archive. */
function oneTensor(change: object): Promise<unknown> {
  return readPickleHeader(inMemory(torchFile({ weight: { ...MATRIX, ...change } })));
}

describe('the weights of a file', () => {
  test('are named, and lie where the header says', async () => {
    const bytes = torchFile({ weight: MATRIX, bias: { ...MATRIX, shape: [6] } });
    const { tensors } = await readPickleHeader(inMemory(bytes));

    expect([...tensors.keys()]).toEqual(['weight', 'bias']);
    for (const { offset, length } of tensors.values())
      expect(bytes.slice(offset, offset + length)).toEqual(MATRIX.data);
  });

  test.each(['state_dict', 'params_ema', 'params', 'string_to_param'])(
    'are those under "%s", if it is there',
    async (under) => {
      const { tensors } = await readPickleHeader(inMemory(torchFile({ weight: MATRIX }, under)));

      expect([...tensors.keys()]).toEqual(['weight']);
    },
  );

  test('may lie in a ParameterDict, whose source text in the file does not matter', async () => {
    const bytes = torchFile({ '*': MATRIX }, 'string_to_param', { isModule: true });
    const { tensors } = await readPickleHeader(inMemory(bytes));

    expect([...tensors]).toEqual([['*', expect.objectContaining({ dtype: 'F32', shape: [2, 3] })]]);
  });

  test('a matrix that is stored by columns needs no copy', async () => {
    const header = await oneTensor({ strides: [1, 2] });

    expect(header).toMatchObject({ tensors: new Map([['weight', expect.objectContaining({ isTransposed: true })]]) });
  });
});

describe('is refused:', () => {
  test.each([
    ['a shape larger than its storage', { shape: [3, 3] }, 'reaches over the end of its storage'],
    ['a stride that leads past its storage', { strides: [4, 1] }, 'reaches over the end of its storage'],
    ['a negative stride', { strides: [-3, 1] }, 'expected whole numbers from 0'],
    ['a negative size', { shape: [-2, -3] }, 'expected whole numbers from 0'],
    ['strides of another length', { strides: [1] }, 'shape and strides differ in length'],
  ])('%s', async (_, change, words) => {
    await expect(oneTensor(change)).rejects.toThrow(words);
  });

  test('any other class of modules', async () => {
    const bytes = Buffer.from(torchFile({ '*': MATRIX }, 'string_to_param', { isModule: true }));
    const hostile = Buffer.from(bytes.toString('latin1').replace('ParameterDict\n', 'ParameterLisT\n'), 'latin1');

    await expect(readPickleHeader(inMemory(hostile))).rejects.toThrow('expected the id of a storage');
  });

  test('a call of any kind, with its name', async () => {
    const bytes = Buffer.from(torchFile({ weight: MATRIX }));
    // As long as the name it replaces, so that nothing else moves.
    const hostile = Buffer.from(
      bytes.toString('latin1').replace('ccollections\nOrderedDict\n', 'cposix\nsystem_and_more_a\n'),
      'latin1',
    );

    expect(hostile.length).toBe(bytes.length);
    await expect(readPickleHeader(inMemory(hostile))).rejects.toThrow('it would call "posix.system_and_more_a"');
  });

  test('a file that was cut off, wherever', async () => {
    const bytes = torchFile({ weight: MATRIX });

    for (let length = 0; length < bytes.length; length += 7) {
      await expect(readPickleHeader(inMemory(bytes.subarray(0, length)))).rejects.toThrow();
    }
  });
});

test('however a real file is changed, it is read or refused with a message, soon', async () => {
  const corpus = ['pickle', 'pickle_hostile'].flatMap((folder) =>
    readdirSync(join(FILES, folder)).map((name) => readFileSync(join(FILES, folder, name))),
  );
  const random = createRandom(testSeed(), 'pickles');
  const runs = randomRuns(1000);
  let [read, slowest] = [0, 0];
  for (let i = 0; i < runs; i++) {
    const bytes = mutateBytes(random, random.pick(corpus), corpus);
    const started = process.cpuUsage().user;
    try {
      const { root, place } = await readTorchFile(inMemory(bytes));
      await readPickleHeader(inMemory(bytes));
      expect(isData(root)).toBe(true);
      expect(place).toBeTypeOf('function');
      read++;
    } catch (error) {
      expect(error).toMatchObject({ name: 'PickleError', message: expect.stringMatching(/\S/) });
    }
    slowest = Math.max(slowest, process.cpuUsage().user - started);
  }

  expect(slowest).toBeLessThan(2e6);
  // Else nothing was tried but the first bytes.
  expect(read).toBeGreaterThan(runs / 500);
}, 1_200_000);

/** Neither a function nor an object of any class other than those of pickle-values.ts. */
function isData(value: PickleValue): boolean {
  return (
    typeof value !== 'function' &&
    (typeof value !== 'object' || value === null || /^(?:Pickle|Map$|Uint8Array$)/.test(value.constructor.name))
  );
}
