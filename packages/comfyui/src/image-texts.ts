import { PARAMETERS_KEYWORD, parseForeignJson, type ResultRecord, type Workflow } from '@unclip-studio/graph-core';
import { isRecord } from './comfy-graph.js';
import { formatExactJson, parseExactJson } from './exact-json.js';
import { exportComfyUi } from './export-comfyui.js';
import { exportComfyUiPage } from './export-page.js';
import { originsOf } from './export-values.js';
import { writeParameters } from './write-parameters.js';

/** An image that a run made. */
export interface MadeImage {
  readonly width: number;
  readonly height: number;
  /** The nodes of its receipt. */
  readonly record: ResultRecord;
}

/**
 * What other programs read in an image of a workflow that came from ComfyUI: `prompt` and `workflow` as ComfyUI writes them, so
 * that its page is restored when the image is dropped on it, and A1111's `parameters`. JSON is in ASCII, as Python writes it.
 *
 * @param workflowText the workflow that ran
 * @returns by keyword; nothing for a workflow that was made here
 */
export function imageTextsOf(workflowText: string, { record, ...size }: MadeImage): Readonly<Record<string, string>> {
  // It was written by this program a moment ago.
  const workflow = parseForeignJson(workflowText) as Workflow & { readonly comfyui?: unknown };
  const texts = sentTexts(workflow.comfyui) ?? importedTexts(workflow);
  if (texts === undefined) return {};
  const parameters = writeParameters(record, size);
  return parameters === undefined ? texts : { ...texts, [PARAMETERS_KEYWORD]: parameters };
}

/** For a prompt of a client: the prompt as sent. */
function sentTexts(origin: unknown): Readonly<Record<string, string>> | undefined {
  if (!isRecord(origin) || typeof origin['promptText'] !== 'string') return undefined;
  const { promptText, pnginfoText } = origin;
  const pnginfo = typeof pnginfoText === 'string' ? readJson(pnginfoText) : undefined;
  const others = Object.entries(isRecord(pnginfo) ? pnginfo : {}).filter(([keyword]) => isFree(keyword));
  const prompt = readJson(promptText);
  return prompt === undefined
    ? undefined
    : {
        prompt: asciiJson(prompt),
        ...Object.fromEntries(others.map(([keyword, value]) => [keyword, asciiJson(value)])),
      };
}

/** For an imported workflow: its current prompt and page, if ComfyUI has all of its nodes. */
function importedTexts(workflow: Workflow): Readonly<Record<string, string>> | undefined {
  if (!Object.values(workflow.nodes).some((node) => Object.keys(originsOf(node)).length > 0)) return undefined;
  const { prompt, left } = exportComfyUi(workflow);
  if (Object.keys(left).length > 0) return {};
  const { page } = exportComfyUiPage(workflow);
  return { prompt: asciiJson(prompt), workflow: asciiJson(page) };
}

// PNG specification, third edition, 11.3.3; keywords of this program, and those with a meaning, cannot be set by a
// client.
const KEYWORD = /^(?!unclip-|prompt$|parameters$)[\x21-\x7e](?:[\x20-\x7e]{0,77}[\x21-\x7e])?$/;

function isFree(keyword: string): boolean {
  return KEYWORD.test(keyword);
}

function readJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    // Anyone may send a workflow with these keys.
    return undefined;
  }
}

function asciiJson(value: unknown): string {
  const escaped = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return formatExactJson(value).replace(/[\u007f-\uffff]/g, escaped);
}
