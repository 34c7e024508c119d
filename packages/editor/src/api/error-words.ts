import { ApiError, type ApiErrorCode } from '@unclip-studio/client';
import { describeDiagnostic } from '@unclip-studio/graph-core';
import { strings } from '../strings.js';

// What the page knows of itself; of everything else the server says more.
const WORDS: Readonly<Partial<Record<ApiErrorCode, string>>> = {
  'no-answer': strings.app.noAnswer,
  'not-understood': strings.app.notUnderstood,
};

/** What to tell the user of something that failed. */
export function errorWords(error: unknown): string {
  if (error instanceof ApiError) return WORDS[error.code] ?? refusalWords(error);
  return error instanceof Error ? error.message : String(error);
}

/** What the server says, with the first of several things that are wrong. */
function refusalWords({ message, errors, diagnostics }: ApiError): string {
  const [diagnostic] = diagnostics;
  const [field] = errors;
  const first = diagnostic === undefined ? field?.message : describeDiagnostic(diagnostic);
  if (first === undefined) return message;
  if (errors.length > 1) return `${message} ${first}`;
  return diagnostic === undefined ? message : first;
}
