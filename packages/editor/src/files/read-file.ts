import {
  decodeForeignText,
  describeDiagnostic,
  looksLikeComfyUi,
  looksLikeParameters,
  parseWorkflow,
  type Workflow,
} from '@unclip-studio/graph-core';
import { withSeedsFixed } from '../document/fixed-seeds.js';
import { panelStrings } from '../panels/strings.js';
import { readComfyPicture } from './comfy-file.js';
import { readWorkflowText } from './png-workflow.js';
import { readWebpWorkflow } from './webp-workflow.js';

/** What a file holds for the editor. */
export type FileContent =
  | { readonly kind: 'workflow'; readonly workflow: Workflow }
  /** A workflow of ComfyUI, in either of its formats. */
  | { readonly kind: 'comfyui'; readonly text: string }
  /** A picture without a workflow inside. */
  | { readonly kind: 'picture' }
  | { readonly kind: 'nothing'; readonly reason: string };

/** Reads a workflow file, or a picture that was made here or by ComfyUI. */
export async function readFile(file: File): Promise<FileContent> {
  if (file.type.startsWith('image/')) return readPicture(file);
  const text = decodeForeignText(new Uint8Array(await file.arrayBuffer()));
  return text === null ? { kind: 'nothing', reason: panelStrings.files.notAWorkflow } : fromText(text);
}

async function readPicture(file: File): Promise<FileContent> {
  if (!['image/png', 'image/webp', 'image/jpeg'].includes(file.type)) return { kind: 'picture' };
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    const own = await readOwnWorkflow(bytes, file.type);
    if (own !== undefined) return (await isResult(bytes, file.type)) ? seedsFixed(fromText(own)) : fromText(own);
    const text = await readComfyPicture(bytes, file.type);
    return text === undefined ? { kind: 'picture' } : { kind: 'comfyui', text };
  } catch {
    // A damaged text leaves a picture that can still be used as one.
    return { kind: 'picture' };
  }
}

/** The workflow that this program wrote into it, which it does into PNGs and WebPs. */
async function readOwnWorkflow(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<string | undefined> {
  if (type === 'image/png') return readWorkflowText(bytes);
  return type === 'image/webp' ? readWebpWorkflow(bytes) : undefined;
}

/** Whether a run made the picture; a drawing of the graph, which the editor makes, has no receipt. */
async function isResult(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<boolean> {
  return type === 'image/webp' || (await readWorkflowText(bytes, 'unclip-receipt')) !== undefined;
}

function seedsFixed(content: FileContent): FileContent {
  return content.kind === 'workflow' ? { ...content, workflow: withSeedsFixed(content.workflow) } : content;
}

function fromText(text: string): FileContent {
  const result = parseWorkflow(text);
  if (result.ok) return { kind: 'workflow', workflow: result.value };
  if (looksLikeComfyUi(text) || looksLikeParameters(text)) return { kind: 'comfyui', text };
  const [first] = result.diagnostics;
  return { kind: 'nothing', reason: first === undefined ? panelStrings.files.notAWorkflow : describeDiagnostic(first) };
}
