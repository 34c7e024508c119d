import { doPictureTask, type PictureTask } from './picture-task.js';

// The main module of the picture process. One task at a time, so that memory is that of one picture.
let last: Promise<void> = Promise.resolve();
process.on('message', ({ id, task }: { readonly id: number; readonly task: PictureTask }) => {
  last = last.then(async () => {
    try {
      process.send?.({ id, answer: await doPictureTask(task) });
    } catch (error) {
      process.send?.({ id, error: (error as Error).message });
    }
  });
});
process.on('disconnect', () => process.exit(0));
