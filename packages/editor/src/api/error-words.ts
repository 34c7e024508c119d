import { ApiError, type ApiErrorCode } from '@unclip-studio/client';
import { describeProblem, describeSaid } from '../messages/describe.js';
import { texts } from '../messages/texts.js';

/** The message to the user about an error. */
export function errorWords(error: unknown): string {
  if (error instanceof ApiError) return ownWords(error.code) ?? refusalWords(error);
  return error instanceof Error ? error.message : String(error);
}

/** What the page knows of itself; of everything else the server says more. */
function ownWords(code: ApiErrorCode): string | undefined {
  if (code === 'no-answer') return texts.app.noAnswer;
  return code === 'not-understood' ? texts.app.notUnderstood : undefined;
}

/** What the server says, with the first of several things that are wrong. */
function refusalWords({ message: english, because, errors, diagnostics }: ApiError): string {
  const message = describeSaid({ message: english, because });
  if (because !== undefined) return message;
  const [diagnostic] = diagnostics;
  const [field] = errors;
  const first = diagnostic === undefined ? field?.message : describeProblem(diagnostic);
  if (first === undefined) return message;
  if (errors.length > 1) return `${message} ${first}`;
  return diagnostic === undefined ? message : first;
}
