import {
  decodeForeignText,
  looksLikeComfyUi,
  looksLikeParameters,
  parseWorkflow,
  type Workflow,
  ZipError,
} from '@unclip-studio/graph-core';
import { withSeedsFixed } from '../document/fixed-seeds.js';
import { describeProblem } from '../messages/describe.js';
import { texts } from '../messages/texts.js';
import { InflatedTooLarge } from '../session/files/inflate.js';
import { RECEIPT_KEYWORD, readForeignText, readOwnTexts, WORKFLOW_KEYWORD } from './image-texts.js';
import { readWorkflowZip, type ZippedWorkflow } from './workflow-zip.js';

/** What a file holds for the editor. */
export type FileContent =
  | { readonly kind: 'workflow'; readonly workflow: Workflow; readonly images?: ZippedWorkflow['images'] }
  /** A workflow of ComfyUI, in either of its formats. */
  | { readonly kind: 'comfyui'; readonly text: string }
  /** An image without a workflow inside. */
  | { readonly kind: 'image' }
  | { readonly kind: 'nothing'; readonly reason: string };

/** Reads a workflow file, or an image that was made here or by ComfyUI. */
export async function readFile(file: File): Promise<FileContent> {
  if (file.type.startsWith('image/')) return readImage(file);
  if (file.type === 'application/zip' || /\.zip$/i.test(file.name)) return readArchive(file);
  const text = decodeForeignText(new Uint8Array(await file.arrayBuffer()));
  return text === null ? { kind: 'nothing', reason: texts.files.notAWorkflow } : fromText(text);
}

async function readArchive(file: File): Promise<FileContent> {
  try {
    const { text, images } = await readWorkflowZip(new Uint8Array(await file.arrayBuffer()));
    const content = fromText(text);
    return content.kind === 'workflow' ? { ...content, images } : content;
  } catch (error) {
    if (!(error instanceof ZipError || error instanceof InflatedTooLarge)) throw error;
    return { kind: 'nothing', reason: error.message };
  }
}

async function readImage(file: File): Promise<FileContent> {
  if (!['image/png', 'image/webp', 'image/jpeg'].includes(file.type)) return { kind: 'image' };
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    const texts = await readOwnTexts(bytes, file.type);
    const own = texts.get(WORKFLOW_KEYWORD);
    if (own !== undefined) {
      // A drawing of the graph, which the editor makes, has no receipt; no run made it.
      const isResult = file.type === 'image/webp' || texts.has(RECEIPT_KEYWORD);
      return isResult ? seedsFixed(fromText(own)) : fromText(own);
    }
    const text = await readForeignText(bytes, file.type);
    return text === undefined ? { kind: 'image' } : { kind: 'comfyui', text };
  } catch {
    // A damaged text leaves an image that can still be used as one.
    return { kind: 'image' };
  }
}

function seedsFixed(content: FileContent): FileContent {
  return content.kind === 'workflow' ? { ...content, workflow: withSeedsFixed(content.workflow) } : content;
}

function fromText(text: string): FileContent {
  const result = parseWorkflow(text);
  if (result.ok) return { kind: 'workflow', workflow: result.value };
  if (looksLikeComfyUi(text) || looksLikeParameters(text)) return { kind: 'comfyui', text };
  const [first] = result.diagnostics;
  return { kind: 'nothing', reason: first === undefined ? texts.files.notAWorkflow : describeProblem(first) };
}
