import type { ResultRecord } from '@unclip-studio/graph-core';
import { a1111Sampler } from './a1111-names.js';
import { textOf } from './comfy-graph.js';
import { samplerWidgets } from './sampler-names.js';

type RecordedNode = ResultRecord[number];

/**
 * How an image was made in the words of A1111's `parameters`, which Civitai and image viewers read.
 *
 * @param record the nodes of its receipt
 * @returns `undefined` if no sampler made it
 * @see AUTOMATIC1111/stable-diffusion-webui 82a973c, modules/processing.py, create_infotext
 */
export function writeParameters(
  record: ResultRecord,
  { width, height }: { readonly width: number; readonly height: number },
): string | undefined {
  const sampler = record.findLast(({ type }) => type === 'UNetSample');
  if (sampler === undefined) return undefined;
  const { params } = sampler;
  const before = sourcesOf(sampler, record);
  const texts = before.filter(({ type }) => type === 'TextEncode');
  const promptsOf = (name: string) => [...new Set(texts.map((node) => textOf(node.params[name])))].filter(Boolean);
  const loras = before.filter(({ type }) => type === 'ApplyLora').map(loraTag);
  const negative = promptsOf('negativePrompt').join(', ');
  const { sampler: name, schedule } = a1111Sampler(samplerWidgets(params));
  const layer = Math.max(0, ...texts.map(({ params: { lastLayer } }) => -Number(lastLayer ?? 0)));
  const denoise = Number(params['denoise'] ?? 1);
  const model = before.findLast(({ files, type }) => type !== 'ApplyLora' && files?.['checkpoint'] !== undefined);
  const settings: Readonly<Record<string, unknown>> = {
    Steps: params['steps'],
    Sampler: name,
    'Schedule type': schedule,
    'CFG scale': params['guidanceScale'],
    Seed: params['seed'],
    Size: `${width}x${height}`,
    Model: stemOf(model?.files?.['checkpoint']),
    'Denoising strength': denoise < 1 ? denoise : undefined,
    'Clip skip': layer > 1 ? layer : undefined,
    Version: 'unclip-studio',
  };
  const told = Object.entries(settings).filter(([, value]) => value !== undefined && value !== '');
  return [
    [...promptsOf('prompt').slice(0, 1), ...promptsOf('prompt').slice(1), ...loras].join(', '),
    ...(negative === '' ? [] : [`Negative prompt: ${negative}`]),
    told.map(([key, value]) => `${key}: ${quoted(String(value))}`).join(', '),
  ].join('\n');
}

/** All that a node reads, in the record's order. */
function sourcesOf(node: RecordedNode, record: ResultRecord): readonly RecordedNode[] {
  const needed = new Set(node.inputs.map((input) => input.node));
  // The source of a node comes before it.
  for (const { id, inputs } of record.toReversed())
    if (needed.has(id)) for (const input of inputs) needed.add(input.node);
  return record.filter(({ id }) => needed.has(id));
}

function loraTag({ files, params }: RecordedNode): string {
  return `<lora:${stemOf(files?.['lora']) ?? ''}:${String(params['strength'] ?? 1)}>`;
}

/** The name of a file without folder and ending. */
function stemOf(file: string | undefined): string | undefined {
  return file
    ?.split(/[/\\]/)
    .at(-1)
    ?.replace(/\.(?:safetensors|ckpt|pt|pth|bin)$/i, '');
}

/** A value with one of the marks that separate settings is a JSON string. */
function quoted(value: string): string {
  return /[,\n:"]/.test(value) ? JSON.stringify(value) : value;
}
