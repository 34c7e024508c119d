import { readFileSync, writeFileSync } from 'node:fs';
import type { NodeDefinition } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { MODEL_FOLDERS } from '@unclip-studio/server';
import { expect, test } from 'vitest';

const PAGE = new URL('../../docs/MODELS.md', import.meta.url);

/** What the files of a kind are, for people. */
const WORDS: Readonly<Record<keyof typeof MODEL_FOLDERS, readonly [what: string, files: string]>> = {
  vae: ['VAE, TAESD', 'one file, or a folder of diffusers'],
  lora: ['LoRA, LoCon, LoHa, LoKr, DoRA', 'one file'],
  embedding: ['textual inversion', 'one file'],
  vision: ['CLIP image encoder', 'one file, or a folder of transformers'],
  controlnet: ['ControlNet for Stable Diffusion 1 and 2, and unCLIP', 'one file, or a folder of diffusers'],
  'ip-adapter': ['IP-Adapter for Stable Diffusion 1.5, plain or plus', 'one file'],
  upscaler: ['ESRGAN, Real-ESRGAN', 'one file'],
  'image-embeds': ['image embeddings, as SaveEmbed keeps them', '`.safetensors` or `.npy`'],
};

test('docs/MODELS.md lists every kind of model with its folders and nodes (UPDATE_DOCS=1 rewrites the table)', () => {
  const rows = (Object.keys(WORDS) as (keyof typeof WORDS)[]).map((kind) => {
    const [folder = '', ...others] = MODEL_FOLDERS[kind];
    const [what, files] = WORDS[kind];
    const nodes = unclipNodes.filter((node) => takes(node, kind)).map(({ type }) => type);
    const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');
    return `| ${[what, code([folder]), code(others), files, nodes.join(', ')].join(' | ')} |`;
  });
  const page = readFileSync(PAGE, 'utf8');
  const [before = '', after = ''] = page.split(/(?<=LoadModel, LoadPrior \|\n)(?:\|.*\n)*/);
  const written = `${before}${rows.join('\n')}\n${after}`;
  if (process.env['UPDATE_DOCS']) writeFileSync(PAGE, written);

  expect(rows.filter((row) => / \|\s*\|$/.test(row))).toEqual([]);
  expect(readFileSync(PAGE, 'utf8')).toBe(written);
});

function takes({ params }: NodeDefinition, kind: string): boolean {
  return Object.values(params).some(
    (param) =>
      (param.kind === 'checkpoint' && param.model === kind) || (param.kind === 'text' && param.files?.model === kind),
  );
}
