import { ApiError } from '@unclip-studio/client';
import {
  createHttpClient,
  createImagePages,
  createServerClient,
  errorWords,
  followServer,
  queries,
} from '@unclip-studio/editor/testing';
import type { GalleryPicture, ModelDownload, ServerEvent } from '@unclip-studio/protocol';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';

type EventBody = ServerEvent extends infer One ? (One extends ServerEvent ? Omit<One, 'seq'> : never) : never;

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** The page's client of a server that answers everything with nothing, and its requests. */
function rig() {
  const asked: string[] = [];
  const server = createServerClient({
    baseUrl: 'http://127.0.0.1:1',
    fetch: async ({ url }) => {
      asked.push(new URL(url).pathname);
      const lists = { models: [], downloads: [], deletions: [], workflows: [], templates: [], images: [] };
      return Response.json({ ...lists, types: [], months: [], folder: '', freeBytes: 0, starred: 0, deleted: 0 });
    },
  });
  const api = createHttpClient(server);
  const { takeEvent, takeReturn } = followServer(api.cache);
  const tell = (event: EventBody) => takeEvent({ ...event, seq: 1 } as ServerEvent);
  return { api, asked, tell, takeReturn };
}

const isOutdated = ({ api }: ReturnType<typeof rig>, key: readonly unknown[]) =>
  api.cache.getQueryState(key)?.isInvalidated;

test('an answer holds until an event puts it out of date', async () => {
  const page = rig();
  const { api, asked, tell } = page;
  const models = queries.installedModels(api, undefined);
  const templates = queries.templates(api);
  await api.cache.fetchQuery(models);
  await api.cache.fetchQuery(templates);
  await api.cache.fetchQuery(models);
  expect(asked).toEqual(['/api/models/installed', '/api/templates']);

  tell({ type: 'models-changed' });
  expect([models, templates].map(({ queryKey }) => isOutdated(page, queryKey))).toEqual([true, false]);
  await api.cache.fetchQuery(models);
  await api.cache.fetchQuery(templates);
  expect(asked).toHaveLength(3);
});

test('a burst of events is handled at its start and once after it', async () => {
  const page = rig();
  const { api, asked, tell } = page;
  const facets = queries.galleryFacets(api);
  const ask = () => api.cache.fetchQuery(facets);
  await ask();

  for (let i = 0; i < 20; i++) tell({ type: 'gallery-changed' });
  await ask();
  expect(asked).toHaveLength(2);
  expect(isOutdated(page, facets.queryKey)).toBe(false);
  vi.advanceTimersByTime(1000);
  expect(isOutdated(page, facets.queryKey)).toBe(true);
});

test('after a disconnect everything is requested again', async () => {
  const page = rig();
  const { api } = page;
  await api.cache.fetchQuery(queries.savedWorkflows(api));
  await api.cache.fetchQuery(queries.templates(api));
  page.takeReturn();
  const keys = [queries.savedWorkflows(api).queryKey, queries.templates(api).queryKey];
  expect(keys.map((key) => isOutdated(page, key))).toEqual([true, true]);
});

test('a download progresses in the list without requests', async () => {
  const { api, asked, tell } = rig();
  const download = { id: 'd1', repository: 'a/b', doneBytes: 1 } as ModelDownload;
  const listed = () => api.cache.getQueryData(queries.modelDownloads(api).queryKey);
  tell({ type: 'model-download-changed', download });
  expect(listed()).toBeUndefined();

  await api.cache.fetchQuery(queries.modelDownloads(api));
  tell({ type: 'model-download-changed', download });
  tell({ type: 'model-download-changed', download: { ...download, doneBytes: 2 } });
  expect(listed()).toEqual([{ ...download, doneBytes: 2 }]);
  tell({ type: 'model-download-removed', id: 'd1' });
  expect(listed()).toEqual([]);
  expect(asked).toEqual(['/api/models/downloads']);
});

test('pages of images are fetched once, again when they are out of date, and not at all once they are stopped', async () => {
  const { api } = rig();
  const asked: number[] = [];
  const told: number[] = [];
  const answers: (() => void)[] = [];
  const pages = createImagePages({
    cache: api.cache,
    ask: (offset) => {
      asked.push(offset);
      const image = { id: `p${offset}`, starred: false } as GalleryPicture;
      return new Promise((resolve) => answers.push(() => resolve({ pictures: [image], total: 300, upTo: 9 })));
    },
    onPage: ({ pictures: images }) => told.push(images.length),
    onProblem: (error) => expect.fail(String(error)),
  });
  const settle = async () => {
    for (const answer of answers.splice(0)) answer();
    await vi.advanceTimersByTimeAsync(10);
  };
  pages.need(0, 150);
  pages.need(0, 150);
  await settle();
  pages.need(0, 150);
  expect([asked, told, pages.at(100)?.id]).toEqual([[0, 100], [1, 1], 'p100']);

  pages.change(new Set(['p100']), (image) => ({ ...image, starred: true }));
  expect([pages.at(0)?.starred, pages.at(100)?.starred]).toEqual([false, true]);
  pages.refresh();
  expect(pages.at(0)?.id).toBe('p0');
  await settle();
  expect(asked).toEqual([0, 100, 0, 100]);

  pages.need(200, 200);
  pages.stop();
  await settle();
  expect([told.length, pages.at(200), pages.at(0)]).toEqual([4, undefined, undefined]);
});

test('what failed is put into words by its code', () => {
  const noAnswer = new ApiError('', { code: 'no-answer', status: 0 });
  const one = new ApiError('As the server said.', {
    code: 'invalid-workflow',
    status: 422,
    errors: [{ path: 'workflow.nodes.a', message: 'As the server said.' }],
    diagnostics: [{ code: 'muted-target', target: 'save' }],
  });
  const several = new ApiError('Two fields are wrong.', {
    code: 'bad-request',
    status: 400,
    errors: [
      { path: 'body.a', message: 'A is wrong.' },
      { path: 'body.b', message: 'B is wrong.' },
    ],
  });

  expect(errorWords(noAnswer)).toBe('The server does not answer.');
  expect(errorWords(one)).toBe(
    'Node "save" is muted, or reads a muted node, so it cannot be run. Switch the mute off.',
  );
  expect(errorWords(several)).toBe('Two fields are wrong. A is wrong.');
  expect(errorWords(new Error('Not here.'))).toBe('Not here.');
});
