import { existsSync } from 'node:fs';
import { describeSystemError, isSystemError } from '../services/system-error.js';
import { firstLineOf } from './error-reports.js';
import { EXIT } from './exit-codes.js';
import type { CommandContext } from './terminal.js';

/** What an error is to the user. */
interface Failure {
  readonly words: string;
  readonly code: number;
}

/**
 * Errors whose message is written for the user, by name, so that their modules need not be loaded. All others are
 * mistakes of the program.
 */
const EXIT_CODES: ReadonlyMap<string, number> = new Map([
  ...[
    ...['BadInput', 'ConfigError', 'DeviceError', 'GalleryQueryError'],
    ...['ModelManagerError', 'NoSuchModel', 'NoRoomForModel', 'SeveralFilesError'],
    ...['HubError', 'PassingHubError', 'MissingAtHubError', 'FetchRefusedError', 'FetchFailedError'],
    ...['DataFolderError', 'FolderInUseError', 'StoreOfAnotherServer', 'StoreUnavailableError', 'StoreDamagedError'],
    ...['DatabaseDamagedError', 'FilePatternError'],
    ...['CheckpointError', 'SafetensorsError', 'TokenizerError', 'PreprocessConfigError', 'ComfyFormatError'],
    ...['ImageError', 'PngError', 'WebpError', 'ReceiptError'],
  ].map((name) => [name, EXIT.badInput] as const),
  ...['OutputError', 'StoreFullError', 'InferenceError', 'WorkflowError'].map(
    (name) => [name, EXIT.runFailed] as const,
  ),
]);

/**
 * Runs a command, and turns everything it throws into messages: problems that the user can fix with exit code 1 or 2,
 * anything else in one line with exit code 70, with the details in a file.
 */
export async function withinBoundary(
  { io, terminal, reports }: CommandContext,
  run: () => Promise<number>,
): Promise<number> {
  // Thrown where no caller could catch it, as in a callback of a library.
  const stop = io.onException((error) => io.exit(fail(error)));
  try {
    return await run();
  } catch (error) {
    return fail(error);
  } finally {
    stop();
  }

  function fail(error: unknown): number {
    const { words, code } = describeFailure(error) ?? {
      words: `Unexpected error: ${firstLineOf(error)}. ${reports.add(error)}`,
      code: EXIT.unexpected,
    };
    terminal.err(words);
    return code;
  }
}

/** @returns `undefined` for a mistake of the program */
function describeFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = EXIT_CODES.get(error.name);
  if (code !== undefined) return { words: error.message, code };
  const unreadable = unreadablePackage(error);
  if (unreadable !== undefined) {
    const cause = { code: 'EMFILE', syscall: 'open', path: unreadable };
    return { words: describeSystemError(Object.assign(error, cause)), code: EXIT.badInput };
  }
  if (!isSystemError(error)) return undefined;
  // A wrong file name, or a system failure.
  return { words: describeSystemError(error), code: error.path === undefined ? EXIT.runFailed : EXIT.badInput };
}

/**
 * If Node cannot open the files of a package because too many are open, it reports the package as not found. If it
 * exists, that was the cause; nothing else in the error says where it is.
 */
function unreadablePackage(error: Error): string | undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const path = /^Cannot find package '(.+)[/\\]index\.js'/.exec(error.message)?.[1];
  return path !== undefined && existsSync(path) ? path : undefined;
}

/**
 * Keeps a server command running after an unhandled rejection, as in a library that reconnects
 * at a bad moment; Node would end the process. What counts is in the run table, which no half-done step can leave half done.
 */
export function goOnAfterRejections({ io, terminal, reports }: CommandContext): () => void {
  return io.onRejection((reason) => {
    terminal.err(`Internal error; the program continues: ${firstLineOf(reason)}. ${reports.add(reason)}`);
  });
}
