import type { OutputRecord, RunRecord, Workflow } from '@unclip-studio/graph-core';
import { withSeedsFixed } from '../document/fixed-seeds.js';

/** One saved state of a workflow. */
export interface SavedVersion {
  readonly name: string;
  /** Rises by one with each save. */
  readonly revision: number;
  readonly title: string;
  /** ISO 8601, UTC. */
  readonly savedAt: string;
}

export interface SavedWorkflow extends SavedVersion {
  readonly workflow: Workflow;
}

/** What came of a save: the new state, or the one that somebody else saved meanwhile. */
type SaveResult =
  | { readonly kind: 'saved'; readonly version: SavedVersion }
  /** `current` is left out if it was deleted meanwhile. */
  | { readonly kind: 'conflict'; readonly currentRevision: number; readonly current?: SavedWorkflow };

/** What an import made of each node of a ComfyUI workflow. */
export interface ImportReport {
  readonly nodes: readonly {
    readonly id: string;
    readonly type: string;
    readonly became: readonly string[];
    readonly likeness: 'exact' | 'alike' | 'absorbed' | 'placeholder';
    readonly words: string;
  }[];
  readonly problems: readonly string[];
}

/** An example workflow that comes with the program. */
interface Template {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
}

/** The server's library of workflows, and what runs have made. */
export interface FilesClient {
  list(): Promise<readonly SavedVersion[]>;
  templates(): Promise<readonly Template[]>;
  read(name: string): Promise<SavedWorkflow>;
  readVersion(name: string, revision: number): Promise<SavedWorkflow>;
  readTemplate(name: string): Promise<Workflow>;
  /** Where a picture of what a template makes lies; not every template has one. */
  templateThumbnailUrl(name: string): string;
  /** @param baseRevision the revision that the change is based on; 0 for a new name */
  save(name: string, workflow: Workflow, baseRevision: number): Promise<SaveResult>;
  remove(name: string): Promise<void>;
  versions(name: string): Promise<readonly SavedVersion[]>;
  restore(name: string, revision: number, baseRevision: number): Promise<SavedVersion>;
  recentRuns(): Promise<readonly RunRecord[]>;
  outputs(): Promise<readonly OutputRecord[]>;
  /** The workflow that made an output, ready to make it again: its seeds are fixed. */
  readOutputWorkflow(output: string): Promise<Workflow>;
  /** @throws Error with a message for the user, if the text is no workflow of ComfyUI */
  importComfyUi(text: string, title: string): Promise<{ readonly workflow: Workflow; readonly report: ImportReport }>;
  /** @returns the text of a file in ComfyUI's API format, and what is left out: node -> why */
  exportComfyUi(
    workflow: Workflow,
  ): Promise<{ readonly text: string; readonly left: Readonly<Record<string, string>> }>;
}

export function createFilesClient(): FilesClient {
  const workflow = (name: string) => `api/workflows/${encodeURIComponent(name)}`;
  return {
    list: () =>
      allPages(
        async (query) => (await ask<{ workflows: readonly SavedVersion[] }>('GET', `api/workflows${query}`)).workflows,
      ),
    templates: async () => (await ask<{ templates: readonly Template[] }>('GET', 'api/templates')).templates,
    read: (name) => ask('GET', workflow(name)),
    readVersion: (name, revision) => ask('GET', `${workflow(name)}/versions/${revision}`),
    readTemplate: (name) => ask('GET', `api/templates/${encodeURIComponent(name)}`),
    templateThumbnailUrl: (name) => `api/templates/${encodeURIComponent(name)}/thumbnail`,
    async save(name, file, baseRevision) {
      const response = await send('PUT', workflow(name), { workflow: file, baseRevision });
      if (response.status !== 409) return { kind: 'saved', version: await readJson<SavedVersion>(response) };
      const conflict = (await response.json()) as { currentRevision: number; current?: SavedWorkflow };
      return { kind: 'conflict', ...conflict };
    },
    remove: (name) => ask('DELETE', workflow(name)),
    versions: (name) =>
      allPages(
        async (query) =>
          (await ask<{ versions: readonly SavedVersion[] }>('GET', `${workflow(name)}/versions${query}`)).versions,
      ),
    restore: (name, revision, baseRevision) =>
      ask('POST', `${workflow(name)}/versions/${revision}/restore`, { baseRevision }),
    recentRuns: async () => (await ask<{ runs: readonly RunRecord[] }>('GET', 'api/runs?limit=200')).runs,
    outputs: async () => (await ask<{ outputs: readonly OutputRecord[] }>('GET', 'api/outputs?limit=200')).outputs,
    readOutputWorkflow: async (output) =>
      withSeedsFixed(await ask<Workflow>('GET', `api/outputs/${encodeURIComponent(output)}/workflow`)),
    importComfyUi: (text, title) => ask('POST', 'api/comfyui/import', { text, title: title.slice(0, 200) }),
    exportComfyUi: (file) => ask('POST', 'api/comfyui/export', { workflow: file }),
  };
}

const PAGE = 1000;

/** Asks for the pages of a list until one is not full. */
async function allPages<Item>(ask: (query: string) => Promise<readonly Item[]>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (;;) {
    const page = await ask(`?limit=${PAGE}&offset=${all.length}`);
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
  return readJson<T>(await send(method, path, body));
}

function send(method: Method, path: string, body?: unknown): Promise<Response> {
  return fetch(path, {
    method,
    credentials: 'same-origin',
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
}

/** @throws Error with the server's own words */
async function readJson<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => ({}))) as { readonly detail?: string };
  throw new Error(problem.detail ?? response.statusText);
}
