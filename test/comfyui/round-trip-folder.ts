import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { exportText, importComfyUi, parseExactJson } from '@unclip-studio/comfyui';
import { formatWorkflow, parseWorkflow } from '@unclip-studio/graph-core';

/** What became of one file that was imported, saved as a workflow of ours, opened again and exported. */
export interface RoundTrip {
  readonly file: string;
  readonly format: 'page' | 'api';
  /** Of nodes and links, with all that they say; empty if the file came back as it was. */
  readonly differences: readonly string[];
}

type Entry = Readonly<Record<string, unknown>>;

/** All files of a folder whose name ends in `.json`. */
export function roundTripFolder(folder: string): readonly RoundTrip[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ file, ...roundTrip(readFileSync(join(folder, file), 'utf8')) }));
}

function roundTrip(text: string): Omit<RoundTrip, 'file'> {
  const before = parseExactJson(text) as Entry;
  const format = Array.isArray(before['nodes']) ? 'page' : 'api';
  const { workflow } = importComfyUi(text);
  const saved = parseWorkflow(formatWorkflow(workflow));
  if (!saved.ok) return { format, differences: ['what was imported cannot be opened'] };
  const after = parseExactJson(exportText(saved.value, format).text) as Entry;
  const [was, is] = [before, after].map(format === 'page' ? partsOfPage : partsOfPrompt) as [Parts, Parts];
  const differences = [...new Set([...was.keys(), ...is.keys()])].filter(
    (part) => !isDeepStrictEqual(was.get(part), is.get(part)),
  );
  return { format, differences };
}

type Parts = ReadonlyMap<string, unknown>;

function partsOfPrompt(prompt: Entry): Parts {
  return new Map(Object.entries(prompt).map(([id, node]) => [`node ${id}`, node]));
}

function partsOfPage({ nodes, links, ...rest }: Entry): Parts {
  const list = (value: unknown) => (Array.isArray(value) ? value : []);
  const idOf = (value: unknown) => (Array.isArray(value) ? value[0] : (value as Entry | null)?.['id']);
  return new Map<string, unknown>([
    ...list(nodes).map((node) => [`node ${idOf(node)}`, node] as const),
    ...list(links).map((link) => [`link ${idOf(link)}`, link] as const),
    ...Object.entries(rest).map(([key, value]) => [`"${key}" of the page`, value] as const),
  ]);
}
