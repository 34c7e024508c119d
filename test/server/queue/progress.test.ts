import type { RunUpdate } from '@unclip-studio/protocol';
import { createProgressWriter, createSigner } from '@unclip-studio/server/queue';
import { expect, test } from 'vitest';

const step = (number: number): RunUpdate => ({ type: 'node-progress', node: 'sample', step: number, steps: 99 });
const saved = (name: string): RunUpdate => ({ type: 'nodes-finished', durationsMs: { [name]: 1 } });

interface Written {
  readonly seq: number;
  readonly updates: readonly RunUpdate[];
}

/** A writer to a Redis that answers each write when the test says so. */
function rig(isFinal = false) {
  const written: Written[] = [];
  const answers: { taken(): void; refused(): void }[] = [];
  let finals = 0;
  const writer = createProgressWriter({
    write: (progress) =>
      new Promise((resolve, reject) => {
        const taken = () => {
          written.push(progress);
          resolve();
        };
        answers.push({ taken, refused: () => reject(new Error('OOM')) });
      }),
    isFinal: () => isFinal,
    onFinal: () => finals++,
  });
  const answer = async (how: 'taken' | 'refused') => {
    await expect.poll(() => answers.length).toBeGreaterThan(0);
    answers.shift()?.[how]();
    await new Promise(setImmediate);
  };
  return { writer, written, answer, isWriting: () => answers.length > 0, finals: () => finals };
}

test('what happens during a write is written as one, and all of it is in the result', async () => {
  const { writer, written, answer } = rig();

  writer.add([step(1)]);
  writer.add([step(2)]);
  writer.add([step(3), saved('load')]);
  await answer('taken');
  await answer('taken');
  const result = await writer.finish();

  expect(written).toEqual([
    { seq: 0, updates: [step(1)] },
    { seq: 1, updates: [saved('load'), step(3)] },
  ]);
  expect(result).toEqual({ seq: 2, updates: [saved('load'), step(3)] });
});

test('a message without updates is not written, and blocks no other', async () => {
  const { writer, written, answer } = rig();

  writer.add([]);
  writer.add([step(1)]);
  await answer('taken');
  await writer.finish();

  expect(written).toEqual([{ seq: 0, updates: [step(1)] }]);
});

test('what Redis refuses is written with what happens next, and one that is left counts as missed', async () => {
  const { writer, written, answer } = rig();

  writer.add([step(1), saved('load')]);
  await answer('refused');
  writer.add([step(2)]);
  await answer('taken');
  expect(written).toEqual([{ seq: 0, updates: [saved('load'), step(2)] }]);
  writer.add([step(3)]);
  await answer('refused');

  expect(await writer.finish()).toEqual({ seq: 2, updates: [saved('load'), step(3)] });
});

test('after its job was taken away nothing more is written', async () => {
  const { writer, written, answer, isWriting, finals } = rig(true);

  writer.add([step(1)]);
  await answer('refused');
  await expect.poll(finals).toBe(1);
  writer.add([step(2)]);
  await writer.finish();

  expect(isWriting()).toBe(false);
  expect(written).toEqual([]);
  expect(finals()).toBe(1);
});

test('a message is accepted only with the key, at the address and with the bytes it was signed for', () => {
  const signer = createSigner('one key');
  const signed = signer.sign('here', { body: { a: 1 }, bytes: Uint8Array.of(7, 8) });
  const changed = Uint8Array.from(signed, (byte, i) => (i === signed.length - 1 ? byte ^ 1 : byte));

  expect(signer.verify('here', signed)).toMatchObject({ body: { a: 1 }, bytes: Buffer.of(7, 8) });
  expect(signer.verify('there', signed)).toBeUndefined();
  expect(createSigner('another key').verify('here', signed)).toBeUndefined();
  expect(signer.verify('here', changed)).toBeUndefined();
  for (let length = 0; length < signed.length; length++) {
    expect(signer.verify('here', signed.subarray(0, length))).toBeUndefined();
  }
});
