import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDatabase } from '@unclip-studio/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUNDLED_MODEL } from '../../support/evaluate-node.js';
import { startTestServer, type TestServer, untilEnded, workflowOf } from '../../support/test-server.js';

// One real server with images of the bundled model, made once: six variations in two runs, and a plain copy.

interface Image {
  readonly id: string;
  readonly sha256: string;
  readonly prompt: string;
  readonly model: string;
  readonly title: string;
  readonly starred: boolean;
  readonly likeness: number;
}

const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
let server: TestServer;
beforeAll(async () => {
  // Similarity is computed with the bundled model.
  const machine = { modelFolders: [dirname(BUNDLED_MODEL)] };
  server = await startTestServer(join(folder, 'data'), {}, { machine });
  await run({ photo: 'red-heart.png', prompt: 'a red heart', steps: 12, count: 4 }, 'Hearts');
  await run({ photo: 'blue-star.png', prompt: 'a Blue étoile', steps: 13, count: 2, seed: LARGEST_SEED }, 'Stars');
  const copy = { photo: { type: 'LoadImage', params: { image: 'red-heart.png' } }, save: SAVE('photo.image') };
  await runWorkflow(workflowOf(copy, 'A copy'));
  await untilIndexed(7);
}, 60_000);
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const SAVE = (image: string) => ({ type: 'SaveImage', inputs: { image } });

interface Settings {
  readonly photo: string;
  readonly prompt: string;
  readonly steps: number;
  readonly count: number;
  readonly seed?: number | string;
}

const LARGEST_SEED = '18446744073709551615';

async function run({ photo, prompt, steps, count, seed = 0 }: Settings, title: string): Promise<void> {
  const nodes = {
    model: { type: 'LoadModel', params: { checkpoint: 'emoji-unclip' } },
    photo: { type: 'LoadImage', params: { image: photo } },
    embed: { type: 'CLIPImageEmbed', inputs: { vision: 'model.vision', image: 'photo.image' } },
    noise: { type: 'NoiseAugment', inputs: { embed: 'embed.embed' }, params: { seed } },
    prompt: { type: 'TextEncode', inputs: { text: 'model.text' }, params: { prompt, negativePrompt: 'fog' } },
    sample: {
      type: 'UNetSample',
      inputs: { unet: 'model.unet', prompt: 'prompt.conditioning', image: 'noise.condition' },
      params: { steps, count },
    },
    decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
    save: SAVE('decode.image'),
  };
  await runWorkflow(workflowOf(nodes, title));
}

async function runWorkflow(workflow: unknown): Promise<void> {
  const { body } = await server.ask('POST', '/api/runs', { workflow });
  expect(await untilEnded(server, body.id)).toMatchObject({ state: 'succeeded' });
}

async function find(query: string, more = ''): Promise<readonly Image[]> {
  const answer = await server.ask('GET', `/api/gallery?query=${encodeURIComponent(query)}${more}`);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body.pictures;
}

async function untilIndexed(count: number): Promise<void> {
  while ((await find('title:a')).length + (await find('title:h')).length + (await find('title:s')).length < count) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a search finds images', () => {
  test.each([
    ['', 7],
    ['heart', 4],
    ['hea', 4],
    ['etoile', 2],
    ['"red heart"', 4],
    ['"heart red"', 0],
    ['prompt:star', 0],
    ['title:star', 2],
    ['negative:fog', 6],
    ['model:emoji', 6],
    ['-model:emoji', 1],
    ['model=emoji-unclip', 6],
    ['model="Emoji-Unclip"', 6],
    ['model=emoji', 0],
    ['date:today', 7],
    ['date:yesterday', 0],
    ['date:yesterday..today', 7],
    ['steps=12', 4],
    ['steps>12', 2],
    ['-steps>12', 5],
    [`seed=${LARGEST_SEED}`, 2],
    ['seed=18446744073709551614', 0],
    ['image:red-heart.png', 5],
    ['scheduler:ddim steps<=13', 6],
    ['width>=1', 7],
    ['width>4000', 0],
    ['date>=2020', 7],
    ['date<2020', 0],
    ['is:starred', 0],
    ['is:deleted', 0],
    ["'; DROP TABLE outputs; --", 0],
  ])('by "%s": %i', async (query, count) => {
    expect(await find(query)).toHaveLength(count);
  });

  test('and shows what they are', async () => {
    const [image] = await find('title:hearts');

    expect(image).toMatchObject({ prompt: 'a red heart', model: 'emoji-unclip', title: 'Hearts', starred: false });
  });

  test('page by page, in either order, each once', async () => {
    const { body: first } = await server.ask('GET', '/api/gallery?limit=3');
    const second = await find('', `&limit=3&offset=3&upTo=${first.upTo}`);
    const third = await find('', `&limit=3&offset=6&upTo=${first.upTo}`);
    const ids = [...first.pictures, ...second, ...third].map(({ id }: Image) => id);

    expect(first.total).toBe(7);
    expect(new Set(ids).size).toBe(7);
    expect((await find('', '&order=oldest')).map(({ id }) => id)).toEqual([...ids].reverse());
  });

  test('or says what is wrong with it', async () => {
    const { status, body } = await server.ask('GET', '/api/gallery?query=stepz%3E20');

    expect(status).toBe(400);
    expect(body.detail).toBe(
      'There is no setting "stepz" to search by. Did you mean steps? To look for the words themselves, write "stepz>20" in quotation marks.',
    );
  });
});

test('the facets count models, months and states', async () => {
  const { body } = await server.ask('GET', '/api/gallery/facets');

  expect(body).toMatchObject({ models: [{ name: 'emoji-unclip', count: 6 }], starred: 0, deleted: 0 });
  const now = new Date();
  const month = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}`;
  expect(body.months).toEqual([{ month, count: 7 }]);
});

test('a star stays, and is found by', async () => {
  const [first, second] = await find('');
  const outputs = [first?.id, second?.id];

  const { body } = await server.ask('PUT', '/api/gallery/stars', { outputs, starred: true });
  const found = (await find('is:starred')).map(({ id }) => id);
  await server.ask('PUT', '/api/gallery/stars', { outputs, starred: false });

  expect(body).toEqual({ changed: 2 });
  expect(found).toEqual(outputs);
  expect(await find('is:starred')).toEqual([]);
});

test('images are put on a board, found on it, counted, and taken off', async () => {
  const [first, second, third] = await find('');
  const [outputs, board] = [[first?.id, second?.id], 'Hearts'];
  const moved = await server.ask('PUT', '/api/gallery/board', { outputs, board });
  await server.ask('PUT', '/api/gallery/board', { outputs: [third?.id], board: 'Stars' });

  expect(moved.body).toEqual({ changed: 2 });
  expect(await find('board:hearts')).toMatchObject([{ board: 'Hearts' }, { board: 'Hearts' }]);
  expect((await find('-board:Hearts')).map(({ id }) => id)).not.toContain(first?.id);
  const { body: facets } = await server.ask('GET', '/api/gallery/facets');
  expect(facets.boards).toEqual([
    { name: 'Hearts', count: 2 },
    { name: 'Stars', count: 1 },
  ]);
  // An image is on one board at most.
  expect((await server.ask('PUT', '/api/gallery/board', { outputs, board: 'Stars' })).body).toEqual({ changed: 2 });
  expect(await find('board:Hearts')).toEqual([]);
  const all = [...outputs, third?.id];
  expect((await server.ask('PUT', '/api/gallery/board', { outputs: all, board: null })).body).toEqual({ changed: 3 });
  expect((await find(''))[0]).not.toHaveProperty('board');
  expect((await server.ask('PUT', '/api/gallery/board', { outputs, board: '' })).status).toBe(400);
});

describe('deleting', () => {
  test('removes images from every list, and undo restores them', async () => {
    const [victim, ...others] = await find('');
    const { body, status } = await server.ask('POST', '/api/gallery/deletions', { outputs: [victim?.id] });
    const left = await find('');
    const listed = (await server.ask('GET', '/api/outputs')).body.outputs as readonly Image[];
    const { body: restored } = await server.ask('POST', '/api/gallery/restorations', { deletion: body.deletion });

    expect(status).toBe(201);
    expect(body).toMatchObject({ count: 1 });
    expect(left).toEqual(others);
    expect(listed.some(({ id }) => id === victim?.id)).toBe(false);
    expect(restored).toEqual({ changed: 1 });
    expect(await find('')).toEqual([victim, ...others]);
  });

  test('all without a star says first how much, and spares what came later', async () => {
    const all = await find('');
    const starred = all[2];
    await server.ask('PUT', '/api/gallery/stars', { outputs: [starred?.id], starred: true });
    const { body: plan } = await server.ask('GET', '/api/gallery/unstarred');
    await runWorkflow(
      workflowOf({ photo: { type: 'LoadImage', params: { image: 'blue-star.png' } }, save: SAVE('photo.image') }),
    );
    const [late] = await find('');

    const { body } = await server.ask('POST', '/api/gallery/deletions', { unstarredUpTo: plan.upTo });
    const left = (await find('')).map(({ id }) => id);
    const deleted = await find('is:deleted');
    await server.ask('POST', '/api/gallery/restorations', { outputs: deleted.map(({ id }) => id) });
    await server.ask('PUT', '/api/gallery/stars', { outputs: [starred?.id], starred: false });
    await server.ask('POST', '/api/gallery/deletions', { outputs: [late?.id] });

    expect(plan).toMatchObject({ count: 6 });
    expect(body).toMatchObject({ count: 6, sizeBytes: plan.sizeBytes });
    expect(left).toEqual([late?.id, starred?.id]);
    expect(deleted).toHaveLength(6);
    expect((await find('')).map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  test('is for good after a month, with everything that described the image', async () => {
    const { store } = server;
    const [victim] = await find('title:copy');
    await server.ask('POST', '/api/gallery/deletions', { outputs: [victim?.id] });
    const days = (count: number) => Date.now() + count * 86_400_000;

    store.gallery.purge(days(-1));
    const early = store.gallery.read(victim?.id ?? '');
    store.gallery.purge(days(1));
    const late = store.gallery.read(victim?.id ?? '');
    await runWorkflow(
      workflowOf(
        { photo: { type: 'LoadImage', params: { image: 'red-heart.png' } }, save: SAVE('photo.image') },
        'A copy',
      ),
    );
    await untilIndexed(7);

    expect(early).toBeDefined();
    expect(late).toBeUndefined();
  });
});

test('images that show the same are found by each other', async () => {
  const [heart] = await find('heart');
  const [star] = await find('prompt:blue');
  // The worker indexes images automatically as soon as it is idle.
  const like = async (image: Image | undefined): Promise<readonly Image[]> => {
    for (;;) {
      const { pictures: images = [] } = (await server.ask('GET', `/api/gallery/${image?.id}/similar`)).body;
      if (images.length === 5) return images;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const [alike, others] = [await like(heart), await like(star)];

  expect(alike.slice(0, 3).map(({ title }) => title)).toEqual(['Hearts', 'Hearts', 'Hearts']);
  expect(others[0]?.title).toBe('Stars');
  expect(alike.map(({ likeness }) => likeness)).toEqual(alike.map(({ likeness }) => likeness).sort((a, b) => b - a));
  expect(alike.some(({ id }) => id === heart?.id)).toBe(false);
}, 30_000);

test('an image without a checkpoint has no similar ones, and that is reported', async () => {
  const [copy] = await find('title:copy');

  const { status, body } = await server.ask('GET', `/api/gallery/${copy?.id}/similar`);

  expect(status).toBe(404);
  expect(body.detail).toContain('does not say which checkpoint made it');
});

test('the differences of two images are shown', async () => {
  const [heart] = await find('heart');
  const [star] = await find('prompt:blue');

  const { body } = await server.ask('GET', `/api/gallery/${heart?.id}/differences?other=${star?.id}`);

  expect(body.samePixels).toBe(false);
  expect(body.differences.map(({ node, param }: Record<string, string>) => `${node}.${param}`).sort()).toEqual([
    'noise.seed',
    'photo.image',
    'prompt.prompt',
    'sample.count',
    'sample.steps',
  ]);
});

test('an image whose file is damaged keeps its position without metadata', async () => {
  const damaged = join(folder, 'damaged');
  const other = await startTestServer(damaged);
  const workflow = workflowOf({
    photo: { type: 'LoadImage', params: { image: 'red-heart.png' } },
    save: SAVE('photo.image'),
  });
  const started = await other.ask('POST', '/api/runs', { workflow });
  const ended = await untilEnded(other, started.body.id);
  await other.close();
  const sha256: string = ended.outputs[0].sha256;
  const blob = join(damaged, 'blobs', sha256.slice(0, 2));
  for (const name of readdirSync(blob)) writeFileSync(join(blob, name), 'not an image');
  forgetIndex(damaged);

  const again = await startTestServer(damaged);
  while (again.store.gallery.toIndex(1).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const { body } = await again.ask('GET', '/api/gallery');
  await again.close();

  expect(body.pictures).toMatchObject([{ sha256, prompt: '', model: '' }]);
});

/** As the data folder of a program from before there was an index. */
function forgetIndex(dataFolder: string): void {
  const database = openDatabase(join(dataFolder, 'studio.db'));
  database.execute('UPDATE outputs SET recipe = NULL');
  database.close();
}
