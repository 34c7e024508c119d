import { exportComfyUi, imageTextsOf, importComfyUi } from '@unclip-studio/comfyui';
import { looksLikeParameters } from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';

// As A1111 1.10 writes them: a prompt of two lines, a value in quotes, a seed above 2^53.
const PARAMETERS = `a lake at dawn, <lora:film_grain:0.6>
mist, 8k
Negative prompt: people,
text
Steps: 26, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 9223372036854775809, Size: 640x512, Model hash: 6ce0161689, Model: v1-5-pruned, Clip skip: 2, Lora hashes: "film_grain: 5ad8ac1d6b1e", Version: v1.10.1`;

describe('A1111’s parameters', () => {
  test('open as the workflow that they describe', () => {
    const { workflow, report } = importComfyUi(PARAMETERS);
    const { nodes } = workflow;
    const named = (type: string) => Object.values(nodes).find((node) => node.type === type)?.params;

    expect(named('UNetSample')).toMatchObject({
      ...{ steps: 26, guidanceScale: 6.5, seed: '9223372036854775809', width: 640, height: 512 },
      ...{ sampler: 'dpmpp_2m', noiseSchedule: 'karras', numerics: 'comfyui' },
    });
    expect(named('TextEncode')).toMatchObject({
      prompt: 'a lake at dawn\nmist, 8k',
      negativePrompt: 'people,\ntext',
      lastLayer: -2,
    });
    expect(named('ApplyLora')).toMatchObject({ lora: 'film_grain', strength: 0.6, textStrength: 0.6 });
    expect(named('LoadModel')).toEqual({ checkpoint: 'v1-5-pruned' });
    expect(report.nodes.filter(({ likeness }) => likeness === 'placeholder')).toEqual([]);
    expect(report.problems.join(' ')).toContain('A1111');
  });

  test.each([
    ['DPM++ 2M Karras', '', 'dpmpp_2m', 'karras'],
    ['Euler a', '', 'euler_ancestral', 'normal'],
    ['UniPC', ', Schedule type: SGM Uniform', 'uni_pc', 'sgm_uniform'],
    ['Restart', ', Schedule type: Automatic', 'euler', 'normal'],
  ])('name the sampler "%s"%s', (name, schedule, sampler, noiseSchedule) => {
    const { workflow, report } = importComfyUi(`x\nSteps: 20, Sampler: ${name}${schedule}, CFG scale: 7, Seed: 1`);

    const sampling = Object.values(workflow.nodes).find(({ type }) => type === 'UNetSample');
    expect(sampling?.params).toMatchObject({ sampler, noiseSchedule });
    expect(report.problems.some((words) => words.includes('"Restart"'))).toBe(name === 'Restart');
  });

  test.each([
    ['<lora:a:0.6>', 0.6, 0.6],
    ['<lora:a>', 1, 1],
    ['<lora:a:0.4:0.9>', 0.9, 0.4],
    ['<lora:a:te=0.4:unet=-0.5>', -0.5, 0.4],
    ['<lora:a:0.7:lbw=MIDD>', 0.7, 0.7],
    ['<lyco:a:.5>', 0.5, 0.5],
  ])('apply the LoRA of %s to the model by %d, and to the text encoder by %d', (tag, strength, textStrength) => {
    const { workflow } = importComfyUi(`a lake, ${tag}\nSteps: 20, Sampler: Euler, Seed: 1`);

    const node = (type: string) => Object.values(workflow.nodes).find((one) => one.type === type);
    expect(node('ApplyLora')?.params).toMatchObject({ lora: 'a', strength, textStrength });
    expect(node('TextEncode')?.params?.prompt).toBe('a lake');
  });

  test('say what is left out: a second pass, the image that was drawn from, another VAE', () => {
    const problemsOf = (settings: string) =>
      importComfyUi(`x\nSteps: 20, Sampler: Euler, Seed: 1, ${settings}`).report.problems.join('\n');

    expect(problemsOf('Hires upscale: 2, Denoising strength: 0.5')).toMatch(/second pass/);
    expect(problemsOf('Denoising strength: 0.5')).toMatch(/drawn from another image/);
    expect(problemsOf('VAE: kl-f8.safetensors')).toMatch(/kl-f8/);
  });

  test('are distinguished from other texts, and a text of any kind is rejected or read', () => {
    expect(looksLikeParameters(PARAMETERS)).toBe(true);
    for (const text of ['', 'Steps: many', 'a prompt about Steps: 20, in its middle\nand more', '{"nodes":[]}']) {
      expect([text, looksLikeParameters(text)]).toEqual([text, false]);
    }
    expect(
      importComfyUi('Steps: 1, Seed: 99999999999999999999999, Size: 0x0, "": ", <lora:').report.nodes.length,
    ).toBeGreaterThan(5);
  });
});

const NODES = [
  { id: 'model', type: 'LoadModel', params: { checkpoint: 'abc' }, files: { checkpoint: 'sd/v1,5.safetensors' } },
  { id: 'lora', type: 'ApplyLora', params: { lora: 'def', strength: 0.6 }, files: { lora: 'film_grain.safetensors' } },
  { id: 'text', type: 'TextEncode', params: { prompt: 'a lake', negativePrompt: 'people', lastLayer: -2 } },
  {
    id: 'sample',
    type: 'UNetSample',
    params: {
      ...{ steps: 26, guidanceScale: 6.5, seed: '9223372036854775809', denoise: 0.5 },
      ...{ numerics: 'comfyui', sampler: 'dpmpp_2m', noiseSchedule: 'karras' },
    },
  },
  { id: 'save', type: 'SaveImage', params: {} },
];
const RECORD = NODES.map((node, i) => ({
  ...{ version: 1, fingerprint: '0'.repeat(64), files: {}, ...node },
  inputs: NODES.slice(Math.max(0, i - 1), i).map(({ id }) => ({ input: 'x', node: id, output: 'x' })),
}));

describe('an image of a workflow', () => {
  const size = { width: 640, height: 512 };

  test('that a client sent carries what it sent, and A1111’s words for it, and nothing that is this program’s own', () => {
    const origin = {
      ...{ promptId: 'p', number: 1 },
      promptText: '{"1": {"class_type": "KSampler", "inputs": {"seed": 18446744073709551615, "text": "Grüße"}}}',
      pnginfoText: '{"workflow": {"id": "x"}, "unclip-receipt": 1, "parameters": 2, "prompt": 3, "mine": [4], "": 5}',
    };

    const texts = imageTextsOf(JSON.stringify({ nodes: {}, comfyui: origin }), { ...size, record: RECORD as never });

    expect(texts).toEqual({
      prompt: '{"1":{"class_type":"KSampler","inputs":{"seed":18446744073709551615,"text":"Gr\\u00fc\\u00dfe"}}}',
      workflow: '{"id":"x"}',
      mine: '[4]',
      parameters: [
        'a lake, <lora:film_grain:0.6>',
        'Negative prompt: people',
        'Steps: 26, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 9223372036854775809, Size: 640x512, ' +
          'Model: "v1,5", Denoising strength: 0.5, Clip skip: 2, Version: unclip-studio',
      ].join('\n'),
    });
  });

  test('that was imported carries the prompt and the page that it is now', () => {
    const { workflow } = importComfyUi(PARAMETERS);

    const texts = imageTextsOf(JSON.stringify(workflow), { ...size, record: RECORD as never });

    expect(JSON.parse(texts['prompt']?.replace('9223372036854775809', '"big"') ?? '')).toEqual(
      JSON.parse(
        JSON.stringify(exportComfyUi(workflow).prompt, (_, value) => (typeof value === 'bigint' ? 'big' : value)),
      ),
    );
    expect(Object.keys(texts)).toEqual(['prompt', 'workflow', 'parameters']);
    const page = JSON.parse(texts['workflow'] ?? '') as { readonly nodes: readonly { readonly type: string }[] };
    expect(page.nodes.map(({ type }) => type)).toContain('KSampler');
  });

  test('that was made here carries nothing of others', () => {
    expect(imageTextsOf('{"nodes":{"a":{"type":"SaveImage"}}}', { ...size, record: RECORD as never })).toEqual({});
  });

  test('reads back the parameters that it carries', () => {
    const { parameters } = imageTextsOf(JSON.stringify(importComfyUi(PARAMETERS).workflow), {
      ...size,
      record: RECORD as never,
    });

    const again = importComfyUi(parameters ?? '').workflow;

    expect(Object.values(again.nodes).find(({ type }) => type === 'UNetSample')?.params).toMatchObject({
      ...{ steps: 26, guidanceScale: 6.5, seed: '9223372036854775809', width: 640, height: 512 },
      ...{ sampler: 'dpmpp_2m', noiseSchedule: 'karras' },
    });
  });
});
