import { ComfyRequestError } from '@unclip-studio/comfyui';
import { HubError, MissingAtHubError } from '../hub/hub-error.js';
import { LicenseNotAccepted, ModelManagerError, NoRoomForModel, NoSuchModel } from '../models/model-errors.js';
import {
  IdempotencyConflict,
  QueueFull,
  RunNotFound,
  WorkersOutOfReach,
  WorkflowProblems,
  WrongRunState,
} from '../runs/run-errors.js';
import { StoreFullError, StoreUnavailableError } from '../store/store-errors.js';
import { ImageRefused } from './images/image-service.js';
import { Problem, workflowProblem } from './problem.js';
import { TaskTooLong, TooManyTasks } from './task-process.js';

/**
 * The HTTP error for an error. An unknown error is a bug of ours: the client gets no details, because its message may
 * contain paths or secrets.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof WorkflowProblems) return workflowProblem(error.diagnostics);
  if (error instanceof RunNotFound) return new Problem('not-found', error.message, { cause: error });
  if (error instanceof WrongRunState) return new Problem('conflict', error.message, { cause: error });
  if (error instanceof ImageRefused) return new Problem('invalid-image', error.message, { cause: error });
  if (error instanceof StoreFullError) return new Problem('store-full', error.message, { cause: error });
  if (error instanceof NoRoomForModel) return new Problem('store-full', error.message, { cause: error });
  if (error instanceof NoSuchModel || error instanceof MissingAtHubError) {
    return new Problem('not-found', error.message, { cause: error });
  }
  if (error instanceof LicenseNotAccepted) return new Problem('licence-not-accepted', error.message, { cause: error });
  if (error instanceof ModelManagerError) return new Problem('conflict', error.message, { cause: error });
  if (error instanceof HubError) return new Problem('unavailable', error.message, { cause: error });
  if (error instanceof ComfyRequestError) {
    const errors = error.field === undefined ? {} : { errors: [error.field] };
    return new Problem(error.kind, error.message, { ...errors, cause: error });
  }
  if (error instanceof IdempotencyConflict) {
    const errors = [{ path: 'headers.idempotency-key', message: error.message }];
    return new Problem('conflict', error.message, { errors, extra: { runId: error.runId }, cause: error });
  }
  if (error instanceof QueueFull) {
    const headers = { 'retry-after': String(error.retryAfterSeconds) };
    return new Problem('queue-full', error.message, { headers, cause: error });
  }
  if (error instanceof TaskTooLong) return new Problem('too-large', error.message, { cause: error });
  if (error instanceof WorkersOutOfReach || error instanceof StoreUnavailableError || error instanceof TooManyTasks) {
    const headers = { 'retry-after': String(error.retryAfterSeconds) };
    return new Problem('unavailable', error.message, { headers, cause: error });
  }
  return (
    fromLibrary(error) ??
    new Problem('internal-error', 'The server made a mistake; its log says more.', {
      because: { code: 'server-error' },
      cause: error,
    })
  );
}

// Of a process, and of the whole machine.
const OUT_OF_FILES: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE']);

/** Express, its body reader and multer put the status of a bad request on their errors. */
function fromLibrary(error: unknown): Problem | undefined {
  const { status, code, message } = error as { status?: unknown; code?: unknown; message?: unknown };
  if (OUT_OF_FILES.has(code)) {
    const detail = 'The server has too many files open. Try again in a moment; its operator can raise "ulimit -n".';
    return new Problem('unavailable', detail, {
      because: { code: 'server-busy' },
      headers: { 'retry-after': '5' },
      cause: error,
    });
  }
  if (code === 'LIMIT_FILE_SIZE') {
    return new Problem('too-large', 'The file is too large.', { because: { code: 'file-too-large' }, cause: error });
  }
  if (typeof code === 'string' && code.startsWith('LIMIT_')) {
    const detail = `The form is not as expected: ${String(message)}. Send one file in the field "file", and nothing else.`;
    return new Problem('bad-request', detail, { errors: [{ path: 'body', message: String(message) }], cause: error });
  }
  switch (status) {
    case 400:
      return new Problem('bad-request', 'The request cannot be read.', { cause: error });
    case 413:
      return new Problem('too-large', 'The body is too large.', { cause: error });
    case 415:
      return new Problem('wrong-media-type', 'The body has an encoding that is not taken.', { cause: error });
    default:
      return undefined;
  }
}
