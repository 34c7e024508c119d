import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { ApiError, dataOf } from '@unclip-studio/client';
import type { StudioClient } from '@unclip-studio/client/node';
import type { OutputRecord, RunDetail } from '@unclip-studio/protocol';
import { MAX_MCP_IMAGES } from '../limits.js';
import type { WorkflowTool } from './workflow-tools.js';

interface Call {
  readonly args: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  /** Called with the run once it is queued. */
  onStart(run: string): void;
}

/** Runs the workflow of a tool, and returns its images. Problems are reported to the model, which may correct them. */
export async function callWorkflowTool(
  client: StudioClient,
  { workflow, images }: WorkflowTool,
  { args, signal, onStart }: Call,
): Promise<CallToolResult> {
  try {
    const entries = Object.entries(args).map(
      async ([name, value]) => [name, images.has(name) ? await uploaded(client, value) : value] as const,
    );
    const body = { inputs: Object.fromEntries(await Promise.all(entries)) };
    const path = { name: workflow };
    const { id } = await dataOf(client.api.POST('/api/workflows/{name}/runs', { params: { path }, body }));
    onStart(id);
    return await describeEnd(client, await endOf(client, id, signal));
  } catch (error) {
    if (signal.aborted || !(error instanceof ApiError || error instanceof ImageInputError)) throw error;
    const fields = error instanceof ApiError ? error.errors.map(({ message }) => message) : [];
    return failure([...new Set([error.message, ...fields])].join('\n'));
  }
}

/** An image that was named cannot be read. */
class ImageInputError extends Error {
  override readonly name = 'ImageInputError';
}

/** The run is cancelled if the client no longer waits for it. */
async function endOf(client: StudioClient, run: string, signal: AbortSignal): Promise<RunDetail> {
  try {
    return await client.ended(run, signal);
  } catch (error) {
    if (signal.aborted) await dataOf(client.api.POST('/api/runs/{run}/cancel', { params: { path: { run } } }));
    throw error;
  }
}

/** A path or a `data:` URL becomes an image of the library; any other text names one already. */
async function uploaded(client: StudioClient, value: unknown): Promise<unknown> {
  if (typeof value !== 'string') return value;
  const data = /^data:image\/[\w.+-]+;base64,(.*)$/s.exec(value);
  if (data !== null) return client.uploadImage(new Blob([Buffer.from(data[1] ?? '', 'base64')]));
  const path = value.startsWith('file://') ? fileURLToPath(value) : value;
  if (!isAbsolute(path)) return value;
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ImageInputError(`The image ${path} cannot be read (${error.code}).`, { cause: error });
  });
  return client.uploadImage(new Blob([new Uint8Array(bytes)]));
}

async function describeEnd(client: StudioClient, run: RunDetail): Promise<CallToolResult> {
  const { state, error, outputs } = run;
  if (state !== 'succeeded') return failure(error?.message ?? `The run was ${state}.`);
  const shown = outputs.slice(0, MAX_MCP_IMAGES);
  const images = await Promise.all(
    shown.map(async (output) => ({
      type: 'image' as const,
      data: Buffer.from(await client.readOutput(output)).toString('base64'),
      mimeType: output.mediaType,
    })),
  );
  const left = outputs.length - shown.length;
  const more = left > 0 ? [`${left} more are in the gallery of unclip-studio.`] : [];
  const lines = [
    `Run ${run.id} made ${outputs.length} ${outputs.length === 1 ? 'image' : 'images'}.`,
    ...shown.map(describeOutput),
    ...more,
  ];
  return { content: [{ type: 'text', text: lines.join('\n') }, ...images] };
}

function describeOutput({ name, id, widthPx, heightPx, sha256 }: OutputRecord): string {
  return `${name}: ${widthPx} x ${heightPx} px, output ${id}, usable as an image input by ${sha256}`;
}

function failure(text: string): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
