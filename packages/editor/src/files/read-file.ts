import { describeDiagnostic, parseWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { panelStrings } from '../panels/strings.js';
import { readWorkflowText } from './png-workflow.js';

/** What a file holds for the editor. */
export type FileContent =
  | { readonly kind: 'workflow'; readonly workflow: Workflow }
  /** A picture without a workflow inside. */
  | { readonly kind: 'picture' }
  | { readonly kind: 'nothing'; readonly reason: string };

/** Reads a workflow file, or a picture that was made here. */
export async function readFile(file: File): Promise<FileContent> {
  if (file.type.startsWith('image/')) {
    const text = file.type === 'image/png' ? await readPng(file) : undefined;
    return text === undefined ? { kind: 'picture' } : fromText(text);
  }
  return fromText(await file.text());
}

async function readPng(file: File): Promise<string | undefined> {
  // A damaged text leaves a picture that can still be used as one.
  return readWorkflowText(new Uint8Array(await file.arrayBuffer())).catch(() => undefined);
}

function fromText(text: string): FileContent {
  const result = parseWorkflow(text);
  if (result.ok) return { kind: 'workflow', workflow: result.value };
  const [first] = result.diagnostics;
  return { kind: 'nothing', reason: first === undefined ? panelStrings.files.notAWorkflow : describeDiagnostic(first) };
}
