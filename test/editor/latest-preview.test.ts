import { LatestPreview } from '@unclip-studio/editor/mixing';
import type { OutputRecord, RunRecord, ServerEvent } from '@unclip-studio/protocol';
import { expect, test } from 'vitest';

const WORKFLOW = { format: 'unclip-workflow', version: 1, nodes: {} } as const;
const OUTPUT = { id: 'picture' } as OutputRecord;

/** A server at the other end of a network, which answers when the test lets it. */
function scene() {
  const shown: OutputRecord[] = [];
  const cancelled: string[] = [];
  const answers: (() => void)[] = [];
  let hear: (event: ServerEvent) => void = () => {};
  const preview = new LatestPreview({
    running: {
      onEvent(listener) {
        hear = listener;
        return () => {};
      },
      onPreview: () => () => {},
    },
    client: {
      start: () => new Promise((resolve) => answers.push(() => resolve({ id: 'run' } as RunRecord))),
      cancel: async (run) => void cancelled.push(run),
    },
    onPreview: () => {},
    onImage: (output) => shown.push(output),
    onProblem(error) {
      throw error;
    },
  });
  return {
    ...{ preview, shown, cancelled },
    async answerStart() {
      answers.shift()?.();
      await new Promise(setImmediate);
    },
    makeImage: () => hear({ seq: 1, type: 'outputs-made', runId: 'run', outputs: [OUTPUT] } as ServerEvent),
  };
}

test('the image of the latest request is shown', async () => {
  const { preview, shown, answerStart, makeImage } = scene();
  preview.show({ workflow: WORKFLOW });
  await answerStart();

  makeImage();

  expect(shown).toEqual([OUTPUT]);
});

test('what is called off is cancelled, and shows no image that comes late', async () => {
  const { preview, shown, cancelled, answerStart, makeImage } = scene();
  preview.show({ workflow: WORKFLOW });
  await answerStart();

  preview.callOff();
  makeImage();

  expect(cancelled).toEqual(['run']);
  expect(shown).toEqual([]);
});

test('what is called off before the server has answered is cancelled when it does', async () => {
  const { preview, shown, cancelled, answerStart, makeImage } = scene();
  preview.show({ workflow: WORKFLOW });

  preview.callOff();
  makeImage();
  await answerStart();
  makeImage();

  expect(cancelled).toEqual(['run']);
  expect(shown).toEqual([]);
});
