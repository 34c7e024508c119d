import {
  type Diagnostic,
  describeAtNodeIn,
  describeIn,
  describeReason,
  downloadOf,
  type ProblemPlace,
  type RequiredFile,
} from '@unclip-studio/graph-core';
import type { Reason, RunError } from '@unclip-studio/protocol';
import { pageLanguage, texts } from './texts.js';

/** The words for one problem of a workflow, in the page's language. @param place in names that the page shows */
export function describeProblem(problem: Diagnostic, place?: ProblemPlace): string {
  return describeIn(texts.diagnostics, problem, place);
}

/** The same where the node is in sight. */
export function describeProblemAtNode(problem: Diagnostic): string {
  return describeAtNodeIn(texts.diagnostics, problem);
}

/** How to get a model that a workflow needs, in a sentence. */
export function describeRequired(required: RequiredFile): string {
  const download = downloadOf(required);
  if ('command' in download) return texts.required.pull(download.command);
  return texts.required.download(download.file, download.from, download.to);
}

/** What the server said in English, in the page's language as far as it said why as data too. */
export function describeSaid({ message, because }: Said): string {
  return (because && describeReason(texts.reasons, because)) ?? message;
}

/**
 * The same about a file of a model, for lists: of a damaged one not what was expected in its bytes, which only
 * {@link Said.message} says.
 */
export function describeModelProblem(said: Said): string {
  const { because } = said;
  const isDamaged = because?.code === 'model-file' && because.fault === 'damaged';
  return isDamaged ? texts.models.damagedFile(because.file) : describeSaid(said);
}

export interface Said {
  readonly message: string;
  readonly because?: Reason | undefined;
}

/** Why a run failed. @param describe the words for a problem of its workflow, with the titles of its cards */
export function describeRunError(error: RunError, describe: (problem: Diagnostic) => string = describeProblem): string {
  const { code, diagnostics = [], exit, node } = error;
  if (code === 'quarantined' && exit !== undefined && pageLanguage !== 'en') {
    return texts.run.interrupted(texts.workers.exits[exit], node);
  }
  return diagnostics.length > 0 ? diagnostics.map((problem) => describe(problem)).join(' ') : describeSaid(error);
}
