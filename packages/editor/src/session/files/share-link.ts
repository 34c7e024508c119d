import { formatWorkflow, parseWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { MAX_PACKED_LENGTH, MAX_UNPACKED_BYTES } from '../../limits.js';
import { texts } from '../../messages/texts.js';
import { InflatedTooLarge, inflate } from './inflate.js';

/** The workflow as text for an address: deflated, in base64url. It is in the fragment, which no server sees. */
export async function packWorkflow(workflow: Workflow): Promise<string> {
  const bytes = new TextEncoder().encode(formatWorkflow(workflow));
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(''));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * @returns `undefined` if the text was cut short or holds no workflow
 * @throws Error with the limit, if it holds more than a workflow may have
 */
export async function unpackWorkflow(text: string): Promise<Workflow | undefined> {
  if (text.length > MAX_PACKED_LENGTH) {
    throw new Error(texts.files.longLink(text.length, MAX_PACKED_LENGTH));
  }
  try {
    const packed = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    );
    const bytes = await inflate(packed, { format: 'deflate-raw', maxBytes: MAX_UNPACKED_BYTES });
    const result = parseWorkflow(new TextDecoder().decode(bytes));
    return result.ok ? result.value : undefined;
  } catch (error) {
    if (error instanceof InflatedTooLarge) throw error;
    // Not base64, or not deflated: an address somebody cut or changed.
    return undefined;
  }
}
