import { createPreviewBus } from '@unclip-studio/editor/live';
import { expect, onTestFinished, test, vi } from 'vitest';

test('the canvas of a node that was mounted last is painted, and the one below it again once that has gone', async () => {
  const [first, second] = [new Blob(['1']), new Blob(['2'])];
  const nameOf = (image: Blob) => (image === first ? 'first' : 'second');
  vi.stubGlobal('createImageBitmap', async (image: Blob) => ({ image, close: () => undefined }));
  vi.stubGlobal('requestAnimationFrame', (paint: () => void) => setTimeout(paint, 0));
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  const painted: string[] = [];
  const canvas = (name: string) =>
    ({
      getContext: () => ({ drawImage: ({ image }: { image: Blob }) => painted.push(`${nameOf(image)} on ${name}`) }),
    }) as unknown as HTMLCanvasElement;
  const bus = createPreviewBus();

  bus.attach('sample', canvas('the card'));
  const leave = bus.attach('sample', canvas('the form'));
  bus.push('sample', first);
  await vi.waitFor(() => expect(painted).toHaveLength(1));
  bus.push('sample', second);
  await vi.waitFor(() => expect(painted).toHaveLength(2));
  leave();
  await vi.waitFor(() => expect(painted).toHaveLength(3));

  expect(painted).toEqual(['first on the form', 'second on the form', 'second on the card']);
});
