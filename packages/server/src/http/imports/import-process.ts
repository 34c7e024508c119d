import { doImportTask, type ImportTask } from '@unclip-studio/comfyui';

// The main module of the import process.
process.on('message', ({ id, task }: { readonly id: number; readonly task: ImportTask }) => {
  try {
    process.send?.({ id, answer: doImportTask(task) });
  } catch (error) {
    process.send?.({ id, error: (error as Error).message });
  }
});
process.on('disconnect', () => process.exit(0));
