import { answerOf, dataOf, refusalOf, type ServerClient } from '@unclip-studio/client';
import type { Workflow } from '@unclip-studio/graph-core';
import type { RevisionConflict, Template, WorkflowVersion } from '@unclip-studio/protocol';
import { withSeedsFixed } from '../document/fixed-seeds.js';
import { texts } from '../messages/texts.js';

/** One saved state with the workflow itself. */
export interface SavedWorkflow extends WorkflowVersion {
  readonly workflow: Workflow;
}

/** A template in the page's language. */
export interface LibraryTemplate extends Template {
  /** What it is called in English, by which it is found too. */
  readonly english?: string;
}

/** What came of a save: the new state, or the one that somebody else saved meanwhile. */
type SaveResult =
  | { readonly kind: 'saved'; readonly version: WorkflowVersion }
  /** `current` is left out if it was deleted meanwhile. */
  | { readonly kind: 'conflict'; readonly currentRevision: number; readonly current?: SavedWorkflow };

/** The server's library of workflows, and what runs have made. */
export function createLibrary(server: ServerClient) {
  const of = (name: string) => ({ params: { path: { name } } });
  const at = (name: string, revision: number) => ({ params: { path: { name, revision } } });
  return {
    list: () =>
      allPages(async (query) => (await dataOf(server.GET('/api/workflows', { params: { query } }))).workflows),
    templates: async () => (await dataOf(server.GET('/api/templates'))).templates.map(inPageLanguage),
    read: async (name: string) => toSaved(await dataOf(server.GET('/api/workflows/{name}', of(name)))),
    readVersion: async (name: string, revision: number) =>
      toSaved(await dataOf(server.GET('/api/workflows/{name}/versions/{revision}', at(name, revision)))),
    readTemplate: async (name: string) => toWorkflow(await dataOf(server.GET('/api/templates/{name}', of(name)))),
    /** The preview image of a template; not every template has one. */
    templateThumbnailUrl: (name: string) => `api/templates/${encodeURIComponent(name)}/thumbnail`,
    /** @param baseRevision the revision that the change is based on; 0 for a new name */
    async save(name: string, workflow: Workflow, baseRevision: number): Promise<SaveResult> {
      const request = { ...of(name), body: { workflow, baseRevision } };
      const { data, error, response } = await answerOf(server.PUT('/api/workflows/{name}', request));
      if (data !== undefined) return { kind: 'saved', version: data };
      if (response.status !== 409) throw refusalOf(response, error);
      const { currentRevision, current } = error as RevisionConflict;
      return { kind: 'conflict', currentRevision, ...(current && { current: toSaved(current) }) };
    },
    remove: async (name: string) => void (await dataOf(server.DELETE('/api/workflows/{name}', of(name)))),
    versions: (name: string) =>
      allPages(async (query) => {
        const request = { params: { path: { name }, query } };
        return (await dataOf(server.GET('/api/workflows/{name}/versions', request))).versions;
      }),
    restore: (name: string, revision: number, baseRevision: number) =>
      dataOf(
        server.POST('/api/workflows/{name}/versions/{revision}/restore', {
          ...at(name, revision),
          body: { baseRevision },
        }),
      ),
    recentRuns: async () => (await dataOf(server.GET('/api/runs', LATEST))).runs,
    outputs: async () => (await dataOf(server.GET('/api/outputs', LATEST))).outputs,
    /** An output as a file, of the media type that the server says. */
    async readOutput(output: string): Promise<Blob> {
      return dataOf(server.GET('/api/outputs/{output}', { params: { path: { output } }, parseAs: 'blob' }));
    },
    /** An uploaded image as a file. */
    async readImage(image: string): Promise<Blob> {
      return dataOf(server.GET('/api/images/{image}', { params: { path: { image } }, parseAs: 'blob' }));
    },
    /** The workflow that made an output, ready to make it again: its seeds are fixed. */
    async readOutputWorkflow(output: string): Promise<Workflow> {
      const request = { params: { path: { output } } };
      return withSeedsFixed(toWorkflow(await dataOf(server.GET('/api/outputs/{output}/workflow', request))));
    },
    /** A file from anywhere, which the server fetches. */
    async fetchFile(url: string): Promise<Blob> {
      return dataOf(server.POST('/api/remote-file', { body: { url }, parseAs: 'blob' }));
    },
    /** @throws ApiError with a message for the user, if the text is not a ComfyUI workflow */
    async importComfyUi(text: string, title: string) {
      const body = { text, title: title.slice(0, 200) };
      const { workflow, report } = await dataOf(server.POST('/api/comfyui/import', { body }));
      return { workflow: toWorkflow(workflow), report };
    },
    /** @returns the text of a file in one of ComfyUI's formats, and omitted nodes: node -> why */
    exportComfyUi: (workflow: Workflow, format: 'page' | 'api') =>
      dataOf(server.POST('/api/comfyui/export', { body: { workflow, format } })),
  };
}

export type Library = ReturnType<typeof createLibrary>;

const LATEST = { params: { query: { limit: 200 } } } as const;
const PAGE = 1000;

/** Asks for the pages of a list until one is not full. */
async function allPages<Item>(
  ask: (page: { readonly limit: number; readonly offset: number }) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (;;) {
    const page = await ask({ limit: PAGE, offset: all.length });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

/** The server returns only workflows that it has parsed itself, so their form is known. */
export function toWorkflow(file: object): Workflow {
  return file as Workflow;
}

function inPageLanguage(template: Template): LibraryTemplate {
  const { name, title, description = '' } = template;
  const [ownTitle, ownDescription] = texts.templates[name] ?? [title, description];
  return { ...template, title: ownTitle, description: ownDescription, english: `${title} ${description}` };
}

function toSaved({ workflow, ...version }: WorkflowVersion & { readonly workflow: object }): SavedWorkflow {
  return { ...version, workflow: toWorkflow(workflow) };
}
