import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportText, importComfyUi } from '@unclip-studio/comfyui';
import { formatWorkflow, parseWorkflow } from '@unclip-studio/graph-core';
import type { Page } from 'playwright-core';
import { type ComfyClassInfo, classesOfComfy, reopenInComfy } from '../support/comfyui-page.js';
import { comparePrompts, type Unsendable } from './reopen-differences.js';

/** What ComfyUI's own page makes of a file that was imported and exported as a page. */
export interface Reopened {
  readonly file: string;
  readonly format: 'page' | 'api';
  /** Nodes and links that it does not have, and values that it would send otherwise; empty if nothing is missing. */
  readonly differences: readonly string[];
  /** Values of a prompt that the page has no place for, or changes itself, wherever the file comes from. */
  readonly unsendable: readonly Unsendable[];
}

type Entry = Readonly<Record<string, unknown>>;

/** All files of a folder whose name ends in `.json`. @param page ComfyUI's page, ready */
export async function reopenFolder(
  page: Page,
  folder: string,
  onFile: (reopened: Reopened) => void = () => {},
): Promise<readonly Reopened[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const classes = await classesOfComfy(page);
  const all: Reopened[] = [];
  for (const file of files.sort()) {
    const text = readFileSync(join(folder, file), 'utf8');
    const reopened = { file, unsendable: [], ...(await reopen(page, text, classes)) };
    all.push(reopened);
    onFile(reopened);
  }
  return all;
}

type Outcome = Pick<Reopened, 'format' | 'differences'> & Partial<Pick<Reopened, 'unsendable'>>;

async function reopen(page: Page, text: string, classes: ReadonlyMap<string, ComfyClassInfo>): Promise<Outcome> {
  const before = JSON.parse(text) as Entry;
  const format = Array.isArray(before['nodes']) ? 'page' : 'api';
  const saved = parseWorkflow(formatWorkflow(importComfyUi(text).workflow));
  if (!saved.ok) return { format, differences: ['what was imported cannot be opened'] };
  const exported = exportText(saved.value, 'page').text;
  const is = await reopenInComfy(page, exported);
  const missing = lacking(partsOf(JSON.parse(exported)), partsOf(is.page));
  if (format === 'api') {
    const { differences, unsendable } = comparePrompts(before, is.prompt, classes);
    return { format, differences: [...missing, ...differences], unsendable };
  }
  // Some files have links that lead nowhere; ComfyUI leaves them out, wherever the file comes from.
  const was = await reopenInComfy(page, text);
  const lostAnyway = new Set(lacking(partsOf(before), partsOf(was.page)));
  const lost = [...missing, ...lacking(partsOf(was.page), partsOf(is.page))].filter((part) => !lostAnyway.has(part));
  const { differences } = comparePrompts(was.prompt, is.prompt);
  return { format, differences: [...new Set(lost), ...differences] };
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
