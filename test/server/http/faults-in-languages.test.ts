import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeRunError, setPageLanguage } from '@unclip-studio/editor/messages';
import { createHttpClient, createServerClient, errorWords } from '@unclip-studio/editor/testing';
import type { Workflow } from '@unclip-studio/graph-core';
import { afterEach, expect, test } from 'vitest';
import { sharedTestServer } from '../../support/shared-server.js';
import { smallModels } from '../../support/small-models.js';
import { fileFolder } from '../../support/temp-folder.js';
import { TEST_TOKEN, untilEnded, workflowOf } from '../../support/test-server.js';

/** Folders with models that cannot be used. */
function brokenModels(): string {
  const folder = fileFolder();
  mkdirSync(join(folder, 'loras'));
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 151052104\n`;
  writeFileSync(join(folder, 'loras', 'pointer.safetensors'), pointer);
  return folder;
}

const server = sharedTestServer({ machine: { modelFolders: [smallModels(), brokenModels()] } });

afterEach(() => setPageLanguage('en'));

/** What a page shows of something that the server refuses. */
async function refusalOf(ask: (api: ReturnType<typeof createHttpClient>) => Promise<unknown>): Promise<string> {
  const { origin } = await server();
  const headers = { authorization: `Bearer ${TEST_TOKEN}` };
  return ask(createHttpClient(createServerClient({ baseUrl: origin, headers }))).then(
    () => 'It was not refused.',
    errorWords,
  );
}

/** What a page shows of a run that fails. */
async function failureOf(nodes: unknown): Promise<string> {
  let run: string | undefined;
  const refusal = await refusalOf(async (api) => {
    const request = { workflow: workflowOf(nodes) as Workflow };
    run = (await api.runs.start(request, randomUUID())).id;
  });
  if (run === undefined) return refusal;
  const { error } = await untilEnded(await server(), run);
  return error === undefined ? 'It did not fail.' : describeRunError(error);
}

const LANGUAGES = ['de', 'ja', 'zh-CN'] as const;

const image = (node: object) => ({
  empty: { type: 'EmptyImage', params: { width: 64, height: 48 } },
  ...node,
});

test.each([
  {
    fault: 'a LoRA of which there is only the pointer of Git LFS',
    show: () =>
      failureOf({
        model: { type: 'LoadModel' },
        lora: { type: 'ApplyLora', inputs: { unet: 'model.unet' }, params: { lora: 'pointer.safetensors' } },
        text: { type: 'TextEncode', inputs: { text: 'model.text' } },
        sample: { type: 'UNetSample', inputs: { unet: 'lora.unet', prompt: 'text.conditioning' } },
        decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
        save: { type: 'SaveImage', inputs: { image: 'decode.image' } },
      }),
    words: [/„pointer.safetensors“ ist nur ein Verweis von Git LFS/, /Git LFS のポインター/, /Git LFS 指针/],
  },
  {
    fault: 'a crop that is not inside of its image',
    show: () =>
      failureOf(
        image({
          crop: { type: 'ImageCrop', inputs: { image: 'empty.image' }, params: { left: 60, width: 16 } },
          save: { type: 'SaveImage', inputs: { image: 'crop.image' } },
        }),
      ),
    words: [/liegt nicht im Bild von 64 × 48 px/, /64 × 48 px の画像に収まりません/, /超出 64 × 48 px 的图像/],
  },
  {
    fault: 'settings that do not go together',
    show: () =>
      failureOf({
        model: { type: 'LoadModel' },
        text: { type: 'TextEncode', inputs: { text: 'model.text' } },
        range: {
          type: 'ConditioningSetTimestepRange',
          inputs: { conditioning: 'text.conditioning' },
          params: { start: 0.8, end: 0.2 },
        },
        sample: { type: 'UNetSample', inputs: { unet: 'model.unet', prompt: 'range.conditioning' } },
        decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
        save: { type: 'SaveImage', inputs: { image: 'decode.image' } },
      }),
    words: [/Das Ende liegt vor dem Anfang/, /終了が開始より前です/, /结束早于开始/],
  },
  {
    fault: 'a search for a setting that there is not',
    show: () =>
      refusalOf((api) =>
        api.gallery.page({ query: 'stepz>20', order: 'newest', offset: 0, limit: 1, upTo: undefined }),
      ),
    words: [/nicht gesucht werden. Ist „steps“ gemeint\?/, /検索できません。/, /不能按此设置搜索。/],
  },
  {
    fault: 'a download from a hub that this server may not ask',
    show: () => refusalOf((api) => api.models.offer({ repository: 'owner/name' })),
    words: [/127.0.0.1:9 liegt in diesem Rechner/, /127.0.0.1:9 はこのコンピューター/, /127.0.0.1:9 位于本机/],
  },
  {
    fault: 'a file that is no workflow of ComfyUI',
    show: () => refusalOf((api) => api.library.importComfyUi('{"a": 1}', 'A test')),
    words: [/kein Workflow von ComfyUI/, /ComfyUI のワークフローではありません/, /不是 ComfyUI 的工作流/],
  },
])('$fault is told in every language', async ({ show, words }) => {
  for (const [i, language] of LANGUAGES.entries()) {
    await setPageLanguage(language);
    expect(await show(), language).toMatch(words[i] ?? /^$/);
  }
});
