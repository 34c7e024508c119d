import {
  becauseOf,
  describeDiagnostic,
  ForeignJsonError,
  indentationOf,
  parseWorkflow,
  type Reason,
  type Workflow,
} from '@unclip-studio/graph-core';
import type { ExportedPrompt } from '@unclip-studio/protocol';
import { ComfyFormatError } from './comfy-graph.js';
import { formatExactJson, parseExactJson } from './exact-json.js';
import { exportComfyUi } from './export-comfyui.js';
import { exportComfyUiPage } from './export-page.js';
import { type ImportedWorkflow, importComfyUi, importPrompt } from './import-comfyui.js';
import type { InputProblem } from './input-problems.js';
import { MAX_PNGINFO_CHARACTERS } from './limits.js';
import type { WrongValue } from './wrong-values.js';

/** Text of a file, the body of a `POST /prompt`, or a workflow of ours that is to become ComfyUI's. */
export type ImportTask =
  | { readonly kind: 'workflow'; readonly text: string; readonly title?: string }
  | { readonly kind: 'prompt'; readonly text: string; readonly maxNodes: number }
  | { readonly kind: 'export'; readonly text: string; readonly format: ComfyExportFormat };

/** As ComfyUI's page saves a workflow, or as its server takes it. */
export type ComfyExportFormat = 'page' | 'api';

export type ImportAnswer =
  | { readonly kind: 'workflow'; readonly imported: ImportedWorkflow }
  | { readonly kind: 'prompt'; readonly prompt: ReadPrompt }
  | { readonly kind: 'export'; readonly exported: ExportedPrompt }
  /** It is not a ComfyUI workflow, or too large; or not one of ours. */
  | { readonly kind: 'refused'; readonly message: string; readonly because?: Reason }
  | { readonly kind: 'no-prompt' };

/** What a client of ComfyUI asks for. */
export interface ReadPrompt {
  /** As it was sent, JSON text. */
  readonly promptText: string;
  readonly workflow: ImportedWorkflow['workflow'];
  /** Values that its nodes cannot take; they are placeholders in the workflow. */
  readonly wrongValues: readonly WrongValue[];
  /** What else ComfyUI's server would refuse. */
  readonly inputProblems: readonly InputProblem[];
  readonly promptId?: string;
  readonly clientId?: string;
  readonly isFront: boolean;
  /** Its place among the prompts that wait, the lowest first; the next one when left out. */
  readonly number?: number;
  /** Ids of the output nodes that are to be run; all when left out. */
  readonly partialTargets?: readonly string[];
  /** The metadata for the images (`extra_pnginfo`), JSON text of an object. */
  readonly pnginfoText?: string;
  /** Whether the client wants preview images, if it says so. */
  readonly previews?: boolean;
}

// As much as a socket takes of its client's id.
const MAX_ID_LENGTH = 200;

/** @param task its text may be anything; whole numbers in it may be larger than a double holds */
export function doImportTask(task: ImportTask): ImportAnswer {
  try {
    if (task.kind === 'prompt') return readPrompt(task.text, task.maxNodes);
    if (task.kind === 'export') return exportWorkflow(task);
    const { text, title } = task;
    return { kind: 'workflow', imported: importComfyUi(text, title === undefined ? {} : { title }) };
  } catch (error) {
    if (!(error instanceof ComfyFormatError)) throw error;
    return { kind: 'refused', message: error.message, ...becauseOf(error) };
  }
}

function exportWorkflow({ text, format }: Extract<ImportTask, { kind: 'export' }>): ImportAnswer {
  const parsed = parseWorkflow(text);
  if (!parsed.ok) return { kind: 'refused', message: parsed.diagnostics.map(describeDiagnostic).join(' ') };
  return { kind: 'export', exported: exportText(parsed.value, format) };
}

/** A workflow in one of ComfyUI's formats, as the text of a file. */
export function exportText(workflow: Workflow, format: ComfyExportFormat): ExportedPrompt {
  if (format === 'page') {
    const { page, left } = exportComfyUiPage(workflow);
    return { text: formatExactJson(page, indentationOf(page)), left };
  }
  const { prompt, left } = exportComfyUi(workflow);
  return { text: formatExactJson(prompt, indentationOf(prompt)), left };
}

function readPrompt(text: string, maxNodes: number): ImportAnswer {
  const body = readBody(text);
  if (body === undefined) return { kind: 'no-prompt' };
  const { prompt, client_id: clientId, prompt_id: wanted, front, number, extra_data: extra } = body;
  const count = typeof prompt === 'object' && prompt !== null ? Object.keys(prompt).length : 0;
  if (count > maxNodes) {
    return { kind: 'refused', message: `The prompt has ${count} nodes; the limit is ${maxNodes}. Send it in parts.` };
  }
  const promptText = formatExactJson(prompt);
  return {
    kind: 'prompt',
    prompt: {
      ...{ promptText, ...importPrompt(promptText), isFront: isTrue(front) },
      ...promptIdOf(wanted),
      ...(typeof clientId === 'string' ? { clientId: clientId.slice(0, MAX_ID_LENGTH) } : {}),
      ...numberOf(number),
      ...partialTargetsOf(body['partial_execution_targets']),
      ...previewsOf(extra),
      ...pnginfoOf(extra),
    },
  };
}

function promptIdOf(wanted: unknown): { readonly promptId?: string } {
  if (!['string', 'number', 'bigint'].includes(typeof wanted) || wanted === '') return {};
  return { promptId: String(wanted).slice(0, MAX_ID_LENGTH) };
}

/** As Python's `float` reads it. @throws ComfyFormatError for invalid numbers */
function numberOf(sent: unknown): { readonly number?: number } {
  if (sent === undefined || sent === null) return {};
  const isNumber =
    ['number', 'bigint', 'boolean'].includes(typeof sent) || (typeof sent === 'string' && sent.trim() !== '');
  const number = isNumber ? Number(sent) : Number.NaN;
  if (Number.isFinite(number)) return { number };
  throw new ComfyFormatError(
    `number: expected a number such as 3, got ${formatExactJson(sent)}. Leave it out to go last.`,
  );
}

/** As Python takes a value for true. */
function isTrue(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}

function partialTargetsOf(targets: unknown): { readonly partialTargets?: readonly string[] } {
  return Array.isArray(targets) ? { partialTargets: targets.filter((id) => typeof id === 'string') } : {};
}

/** @throws ComfyFormatError if it exceeds the limit */
function pnginfoOf(extra: unknown): { readonly pnginfoText?: string } {
  const info = isObject(extra) ? extra['extra_pnginfo'] : undefined;
  if (!isObject(info)) return {};
  const pnginfoText = formatExactJson(info);
  if (pnginfoText.length <= MAX_PNGINFO_CHARACTERS) return { pnginfoText };
  throw new ComfyFormatError(
    `extra_pnginfo, which the images are to keep, has ${pnginfoText.length} characters; the limit is ` +
      `${MAX_PNGINFO_CHARACTERS}. Send less of it.`,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The client's preview setting, with ComfyUI's values. */
function previewsOf(extra: unknown): { readonly previews?: boolean } {
  const method = isObject(extra) ? extra['preview_method'] : '';
  return typeof method !== 'string' || method === '' || method === 'default' ? {} : { previews: method !== 'none' };
}

function readBody(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const body = parseExactJson(text);
    if (typeof body !== 'object' || body === null || !('prompt' in body)) return undefined;
    return body as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (!(error instanceof ForeignJsonError)) throw error;
    return undefined;
  }
}
