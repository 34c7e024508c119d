import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { exportText, importComfyUi } from '@unclip-studio/comfyui';
import { formatWorkflow, parseWorkflow } from '@unclip-studio/graph-core';
import type { Page } from 'playwright-core';
import { reopenInComfy } from '../support/comfyui-page.js';

/** What ComfyUI's own page makes of a file that was imported and exported as a page. */
export interface Reopened {
  readonly file: string;
  readonly format: 'page' | 'api';
  /** Nodes and links that it does not have, and values that it would send otherwise; empty if nothing is missing. */
  readonly differences: readonly string[];
}

type Entry = Readonly<Record<string, unknown>>;

/** All files of a folder whose name ends in `.json`. @param page ComfyUI's page, ready */
export async function reopenFolder(
  page: Page,
  folder: string,
  onFile: (reopened: Reopened) => void = () => {},
): Promise<readonly Reopened[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const all: Reopened[] = [];
  for (const file of files.sort()) {
    const reopened = { file, ...(await reopen(page, readFileSync(join(folder, file), 'utf8'))) };
    all.push(reopened);
    onFile(reopened);
  }
  return all;
}

async function reopen(page: Page, text: string): Promise<Omit<Reopened, 'file'>> {
  const before = JSON.parse(text) as Entry;
  const format = Array.isArray(before['nodes']) ? 'page' : 'api';
  const saved = parseWorkflow(formatWorkflow(importComfyUi(text).workflow));
  if (!saved.ok) return { format, differences: ['what was imported cannot be opened'] };
  const exported = exportText(saved.value, 'page').text;
  const is = await reopenInComfy(page, exported);
  const missing = lacking(partsOf(JSON.parse(exported)), partsOf(is.page));
  if (format === 'api') return { format, differences: [...missing, ...differences(before, is.prompt)] };
  // Some files have links that lead nowhere; ComfyUI leaves them out, wherever the file comes from.
  const was = await reopenInComfy(page, text);
  const lostAnyway = new Set(lacking(partsOf(before), partsOf(was.page)));
  const lost = [...missing, ...lacking(partsOf(was.page), partsOf(is.page))].filter((part) => !lostAnyway.has(part));
  return { format, differences: [...new Set(lost), ...differences(was.prompt, is.prompt)] };
}

function lacking(was: ReadonlySet<string>, is: ReadonlySet<string>): readonly string[] {
  return [...was].filter((part) => !is.has(part)).map((part) => `without ${part}`);
}

/** Nodes and links of a page and of its subgraphs, one line each. */
function partsOf(page: Entry): ReadonlySet<string> {
  const parts = new Set<string>();
  const { subgraphs } = (page['definitions'] ?? {}) as { readonly subgraphs?: readonly Entry[] };
  for (const graph of [page, ...(subgraphs ?? [])]) {
    const place = graph === page ? '' : ` of subgraph ${graph['id']}`;
    for (const { id, type } of graph['nodes'] as readonly Entry[]) parts.add(`node ${id} (${type})${place}`);
    for (const link of (graph['links'] ?? []) as readonly (Entry | readonly unknown[] | null)[]) {
      if (link === null) continue;
      const [from, slot, to, at] = Array.isArray(link)
        ? link.slice(1, 5)
        : ['origin_id', 'origin_slot', 'target_id', 'target_slot'].map((key) => (link as Entry)[key]);
      parts.add(`link from ${from}:${slot} to ${to}:${at}${place}`);
    }
  }
  return parts;
}

/** Between two prompts, by node and input. */
function differences(was: Entry, is: Entry): readonly string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((id) => {
    const [before, after] = [was[id], is[id]] as (Entry | undefined)[];
    if (before === undefined || after === undefined) return [`${before ? 'without' : 'with'} node ${id} in the prompt`];
    const [one, other] = [before['inputs'], after['inputs']] as Entry[];
    const names = new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})]);
    return [...names]
      .filter((name) => !isDeepStrictEqual(one?.[name], other?.[name]))
      .map(
        (name) =>
          `${id}.${name}: ${JSON.stringify(one?.[name])?.slice(0, 60)} -> ${JSON.stringify(other?.[name])?.slice(0, 60)}`,
      );
  });
}
