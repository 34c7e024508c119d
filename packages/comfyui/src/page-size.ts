import { MAX_JSON_DEPTH, withReason } from '@unclip-studio/graph-core';
import { ComfyFormatError } from './comfy-graph.js';
import { MAX_COMFY_NODES, MAX_IMPORTED_CHARACTERS } from './limits.js';

/** The size of a page after expanding everything. */
export interface PageSize {
  readonly nodes: number;
  /** In JSON. */
  readonly characters: number;
}

/** @throws ComfyFormatError if it is more than an import takes */
export function checkSize({ nodes, characters }: PageSize): void {
  if (nodes > MAX_COMFY_NODES) throw tooMany('nodes', nodes, MAX_COMFY_NODES);
  if (characters > MAX_IMPORTED_CHARACTERS) throw tooMany('characters', characters, MAX_IMPORTED_CHARACTERS);
}

export function tooMany(
  what: 'nodes' | 'links' | 'groups' | 'characters',
  count: number,
  limit: number,
): ComfyFormatError {
  const shown = count > Number.MAX_SAFE_INTEGER ? 'more than 10^15' : count;
  return withReason(
    new ComfyFormatError(
      `The workflow has ${shown} ${what}, with what its subgraphs hold; the limit is ${limit}. Import a part of it.`,
    ),
    { code: 'comfyui-file', fault: 'too-large' },
  );
}

/** Of a value that came from JSON, about as many as its JSON has; whole numbers may be BigInt. */
export function charactersOf(value: unknown): number {
  let sum = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string') sum += next.length + 2;
    else if (typeof next !== 'object' || next === null) sum += 8;
    else if (Array.isArray(next)) for (const item of next) left.push(item);
    else {
      for (const [key, item] of Object.entries(next)) {
        sum += key.length + 4;
        left.push(item);
      }
    }
  }
  return sum;
}

/**
 * @throws ComfyFormatError if the result exceeds the size of a workflow file, since it could be imported but never
 * saved
 */
export function checkDepth(workflow: unknown): void {
  let level: readonly unknown[] = [workflow];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= MAX_JSON_DEPTH) {
      throw withReason(
        new ComfyFormatError(
          `What its nodes say becomes more than ${MAX_JSON_DEPTH} objects and lists inside one another, which is the limit. ` +
            'Simplify the deepest value.',
        ),
        { code: 'comfyui-file', fault: 'too-large' },
      );
    }
    level = level.flatMap((value) => (isContainer(value) ? Object.values(value) : [])).filter(isContainer);
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
