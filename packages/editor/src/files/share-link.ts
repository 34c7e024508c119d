import { formatWorkflow, parseWorkflow, type Workflow } from '@unclip-studio/graph-core';

/** Browsers take far longer addresses, but programs that pass them on cut them off. */
export const MAX_LINK_LENGTH = 16_000;

/** The workflow as text for an address: deflated, in base64url. It stands in the fragment, which no server sees. */
export async function packWorkflow(workflow: Workflow): Promise<string> {
  const packed = await pipe(new TextEncoder().encode(formatWorkflow(workflow)), new CompressionStream('deflate-raw'));
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(''));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @returns `undefined` if the text was cut short or holds no workflow */
export async function unpackWorkflow(text: string): Promise<Workflow | undefined> {
  try {
    const packed = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    );
    const bytes = await pipe(packed, new DecompressionStream('deflate-raw'));
    const result = parseWorkflow(new TextDecoder().decode(bytes));
    return result.ok ? result.value : undefined;
  } catch {
    // Not base64, or not deflated: an address somebody cut or changed.
    return undefined;
  }
}

async function pipe(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(through)).arrayBuffer());
}
