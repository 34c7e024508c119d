import {
  type Diagnostic,
  describeAtNodeIn,
  describeIn,
  downloadOf,
  type RequiredFile,
} from '@unclip-studio/graph-core';
import { texts } from './texts.js';

/** The words for one problem of a workflow, in the page's language. */
export function describeProblem(problem: Diagnostic): string {
  return describeIn(texts.diagnostics, problem);
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
