import {
  type ComfyExportFormat,
  ComfyFormatError,
  doImportTask,
  type ImportAnswer,
  type ImportedWorkflow,
  type ImportTask,
  type ReadPrompt,
} from '@unclip-studio/comfyui';
import { withReason } from '@unclip-studio/graph-core';
import type { ExportedPrompt } from '@unclip-studio/protocol';
import { processFile } from '../../common/process-file.js';
import { IMPORT_TASK_MS, MAX_WAITING_IMPORTS, SMALL_IMPORT_CHARACTERS } from '../../limits.js';
import { createTaskProcess } from '../task-process.js';

/**
 * Imports and exports ComfyUI workflows, large ones in a separate process, so that they block no one and can be
 * stopped.
 */
export interface ImportService {
  /** @throws ComfyFormatError, TooManyTasks, TaskTooLong */
  importWorkflow(text: string, title?: string): Promise<ImportedWorkflow>;
  /**
   * Reads the body of a `POST /prompt`.
   *
   * @returns `undefined` if it is not JSON with a prompt
   * @throws ComfyFormatError, TooManyTasks, TaskTooLong
   */
  readPrompt(text: string, maxNodes: number): Promise<ReadPrompt | undefined>;
  /** @throws ComfyFormatError if the text is not a workflow of this program; TooManyTasks, TaskTooLong */
  exportWorkflow(text: string, format: ComfyExportFormat): Promise<ExportedPrompt>;
  close(): void;
}

export function createImportService(): ImportService {
  const tasks = createTaskProcess<ImportTask, ImportAnswer>({
    script: processFile('import-process'),
    what: 'import',
    maxMs: IMPORT_TASK_MS,
    maxWaiting: MAX_WAITING_IMPORTS,
  });
  async function ask(task: ImportTask): Promise<Exclude<ImportAnswer, { readonly kind: 'refused' }>> {
    const isSmall = task.text.length <= SMALL_IMPORT_CHARACTERS;
    const answer = isSmall ? doImportTask(task) : await tasks.run(() => task);
    if (answer.kind === 'refused') throw refusalOf(answer);
    return answer;
  }
  return {
    async importWorkflow(text, title) {
      const answer = await ask({ kind: 'workflow', text, ...(title === undefined ? {} : { title }) });
      if (answer.kind !== 'workflow') throw otherAnswer();
      return answer.imported;
    },
    async readPrompt(text, maxNodes) {
      const answer = await ask({ kind: 'prompt', text, maxNodes });
      if (answer.kind === 'no-prompt') return undefined;
      if (answer.kind !== 'prompt') throw otherAnswer();
      return answer.prompt;
    },
    async exportWorkflow(text, format) {
      const answer = await ask({ kind: 'export', text, format });
      if (answer.kind !== 'export') throw otherAnswer();
      return answer.exported;
    },
    close: () => tasks.close(),
  };
}

function otherAnswer(): Error {
  return new Error('Internal error: the import process answered another question');
}

function refusalOf({ message, because }: Extract<ImportAnswer, { readonly kind: 'refused' }>): ComfyFormatError {
  const error = new ComfyFormatError(message);
  return because === undefined ? error : withReason(error, because);
}
