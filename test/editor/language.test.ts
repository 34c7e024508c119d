import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from '@unclip-studio/client';
import { findProblems } from '@unclip-studio/editor/catalog';
import {
  formatBytes,
  formatDate,
  formatDateTime,
  formatDuration,
  formatTime,
  whenWords,
} from '@unclip-studio/editor/format';
import { describeRunError, languageFor, loadMessages, setPageLanguage } from '@unclip-studio/editor/messages';
import { readTypedNumber } from '@unclip-studio/editor/read-typed';
import { warningNotice, warningsAtEnd } from '@unclip-studio/editor/running';
import { errorWords } from '@unclip-studio/editor/testing';
import { type Diagnostic, describeIn, describeReason, englishDiagnostics } from '@unclip-studio/graph-core';
import type { Reason, RunRecord } from '@unclip-studio/protocol';
import { LANGUAGES, type Language } from '@unclip-studio/protocol/languages';
import { afterEach, expect, test } from 'vitest';
import { literalTextsIn, literalTextsOf } from './support/literal-texts.js';
import { catalog, documentOf } from './support/rig.js';

const languages = Object.keys(LANGUAGES) as Language[];
const others = languages.filter((language) => language !== 'en');

afterEach(() => setPageLanguage('en'));

test.each([
  [['de-AT', 'en'], 'de'],
  [['fr', 'ja-JP'], 'ja'],
  [['zh-Hans-CN'], 'zh-CN'],
  [['zh'], 'zh-CN'],
  [['zh-TW', 'de'], 'de'],
  [['zh-Hant-HK'], 'en'],
  [['en-GB', 'de'], 'en'],
  [['EN', 'de'], 'en'],
  [['fr', 'pt-BR'], 'en'],
  [[], 'en'],
] as const)('a browser that prefers %j gets %s', (wanted, language) => {
  expect(languageFor(wanted)).toBe(language);
});

test('numbers, dates and times are written as the language does', async () => {
  const date = new Date(2026, 10, 29, 14, 5).toISOString();
  const later = Date.parse(date) + 5 * 60_000;
  const shown = () => [formatBytes(2.94e9), formatDuration(1234), formatDateTime(date), whenWords(date, later)];

  expect(shown()).toEqual(['2.9 GB', '1.2 s', 'Nov 29, 2026, 2:05 PM', '5 minutes ago']);
  await setPageLanguage('de');
  expect(shown()).toEqual(['2,9 GB', '1,2 s', '29.11.2026, 14:05', 'vor 5 Minuten']);
  await setPageLanguage('ja');
  expect(shown()).toEqual(['2.9 GB', '1.2 s', '2026/11/29 14:05', '5 分前']);
  await setPageLanguage('zh-CN');
  expect([formatDate(date), whenWords(date, later)]).toEqual(['2026年11月29日', '5分钟前']);
});

test('a time is told without its day on that day only', () => {
  const at = new Date(2026, 10, 29, 14, 5);

  expect(formatTime(at.toISOString(), new Date(2026, 10, 29, 23, 59).getTime())).toBe('2:05 PM');
  expect(formatTime(at.toISOString(), new Date(2026, 10, 30, 0, 1).getTime())).toBe('Nov 29, 2:05 PM');
});

test('an error in a typed number is shown in the language of the page', async () => {
  const param = { kind: 'number', default: 1, min: 0, max: 10, help: '' } as const;
  await setPageLanguage('de');

  expect(readTypedNumber(param, '11')).toMatchObject({
    problem: 'Erwartet eine Zahl von 0 bis 10, eingegeben 11.',
  });
});

// The same in both languages: names, and words that both have.
const SAME = new Set([
  ...['Token', 'Nodes', 'Graph', 'Workflow', 'Live', 'Checkpoint', 'Checkpoints', 'Worker', 'Details'],
  ...['Name', 'Version', 'Orange', 'Pink', 'Prompt', 'Downloads', 'optional', 'Ellipse'],
  ...['red heart', '"red heart"', '-blue', 'heart -blue', 'Ctrl', 'Shift', 'Del', 'Esc', 'Enter'],
  ...['LoRA', 'VAE', 'CLIP vision', 'Upscaler', 'Embedding', 'ControlNet', 'IP-Adapter'],
]);

test('a text says its values in every language, and is not left in English', async () => {
  const english = textsOf(await loadMessages('en'));
  expect(Object.keys(english).length).toBeGreaterThan(500);

  for (const language of others) {
    const texts = textsOf(await loadMessages(language));
    const wrong = Object.entries(english).filter(([key, original]) => {
      const text = texts[key] ?? '';
      const hasItsValues = String(valuesIn(text)) === String(valuesIn(original));
      const isLeft = text === original && /[a-z]{2}/i.test(wordsOf(original)) && !SAME.has(wordsOf(original));
      return !hasItsValues || (text === '') !== (original === '') || isLeft;
    });

    expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort());
    expect(wrong.map(([key]) => `${language} ${key}: ${texts[key]}`)).toEqual([]);
  }
});

test('no text is written where it is shown: neither in JSX, nor in attributes, nor as a sentence in code', () => {
  const sources = join(import.meta.dirname, '../../packages/editor/src');

  expect(literalTextsOf(sources, /^(messages|testing)\//)).toEqual([]);
});

test.each([
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a source
  ["<b>{isOn ? 'on' : `off ${x}`}{isOn && 'live'}</b>", ['on', 'off', 'live']],
  ["<b title='Stop'>Run {x} times</b>", ['Stop', 'Run', 'times']],
  ["say('Not saved yet')", ['Not saved yet']],
  [
    "<b className='run bar' key='Of' role='list' title={texts.run}>{texts.of[kind === 'one' ? 1 : 2]} · {n} × {f('key')}</b>",
    [],
  ],
  ["fail(new Error('Internal error: no such thing'))", []],
])('the test above finds of %s: %j', (source, found) => {
  expect(literalTextsIn(`const a = ${source};`)).toEqual(found);
});

const AT = { node: 'outer/n1', type: 'T1', subgraph: 'sub1' };
const INPUT = { ...AT, input: 'in1' };
const PARAM = { ...AT, param: 'p1', got: 'got1' };

/** One of each code, with the facts that its sentence must hold. */
const PROBLEMS: readonly (readonly [Diagnostic, ...facts: readonly (string | number)[]])[] = [
  [{ code: 'invalid-json', reason: 'why1', line: 31, column: 32 }, 'why1', 31, 32],
  [{ code: 'too-large', sizeBytes: 31, limitBytes: 32 }, 31, 32],
  [{ code: 'too-deep', limit: 31, line: 32, column: 33 }, 31, 32, 33],
  [{ code: 'duplicate-key', key: 'k1', line: 32, column: 33 }, 'k1', 32, 33],
  [{ code: 'wrong-format', got: 'got1' }, 'got1'],
  [{ code: 'newer-version', version: 31, supported: 32 }, 31, 32],
  [{ code: 'wrong-shape', at: 'at1', expected: 'e1', got: 'got1' }, 'at1', 'e1', 'got1'],
  [{ code: 'bad-node-id', id: 'id1' }, 'id1'],
  [{ code: 'unknown-type', ...AT, similar: ['T2', 'T3'] }, 'n1', 'outer', 'T1', 'sub1', 'T2', 'T3'],
  [{ code: 'unknown-type', ...AT, similar: [], hint: 'hint1' }, 'hint1'],
  [{ code: 'unknown-input', ...INPUT, known: ['in2', 'in3'] }, 'n1', 'in1', 'in2', 'in3'],
  [{ code: 'missing-input', ...INPUT, expected: 'e1', givenBy: ['T2'] }, 'in1', 'e1', 'T2'],
  [{ code: 'bad-link', ...INPUT, got: 'got1' }, 'in1', 'got1'],
  [{ code: 'unknown-source', ...INPUT, source: 's1', similar: ['s2'] }, 'in1', 's1', 's2'],
  [{ code: 'unknown-output', ...INPUT, source: 's1', output: 'o1', known: ['o2'] }, 's1', 'o1', 'o2'],
  [
    {
      code: 'wrong-link-type',
      ...INPUT,
      source: 's1',
      output: 'o1',
      expected: 'e1',
      got: 'got1',
      between: ['T2'],
      givenBy: [],
    },
    ...['in1', 's1', 'o1', 'e1', 'got1', 'T2'],
  ],
  [{ code: 'unknown-param', ...AT, param: 'p1', known: ['p2'] }, 'p1', 'p2'],
  [{ code: 'wrong-param', ...PARAM, expected: 'e1' }, 'p1', 'e1', 'got1'],
  [{ code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'number', min: 31, max: 32 } }, 31, 32, 'got1'],
  [{ code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'integer', min: 31, max: 32 } }, 31, 32],
  [
    { code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'integer', min: 31, max: 32, multipleOf: 33 } },
    31,
    32,
    33,
  ],
  [{ code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'seed', max: '31' } }, 31],
  [{ code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'seed-in-quotes', above: 31, max: '32' } }, 31, 32],
  [{ code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'boolean' } }, 'true', 'false'],
  [{ code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'text' } }, 'p1'],
  [{ code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'text-length', max: 31 } }, 31],
  [{ code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'pattern', meaning: 'm1' } }, 'm1'],
  [{ code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'choice', options: ['o1', 'o2'] } }, 'o1', 'o2'],
  [{ code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'image' } }, 'p1'],
  [{ code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'checkpoint' } }, 'p1'],
  [{ code: 'wrong-param', ...PARAM, expected: '-', rule: { kind: 'checkpoint', model: 'm1' } }, 'm1'],
  [{ code: 'conflicting-params', ...AT, params: ['p1', 'p2'], problem: 'why1' }, 'n1', 'why1'],
  [{ code: 'no-bypass', ...AT, output: 'o1', outputType: 't1' }, 'n1', 'o1', 't1'],
  [{ code: 'unread-text', ...AT, param: 'p1', text: 'x1', advice: 'a1' }, 'x1', 'a1'],
  [{ code: 'newer-plugin', plugin: 'acme-glow', version: '2.0.0', installed: '1.0.0' }, 'acme-glow', '2.0.0', '1.0.0'],
  [{ code: 'file-problem', ...AT, param: 'p1', problem: 'why1' }, 'p1', 'why1'],
  [{ code: 'missing-output', ...INPUT, source: 's1', output: 'o1', problem: 'why1' }, 's1', 'o1', 'why1'],
  [{ code: 'input-without-param', name: 'i1', place: 'a.b1' }, 'i1', 'a.b1'],
  [{ code: 'input-of-unlike-params', name: 'i1', places: ['a.b1', 'a.b2'] }, 'i1', 'a.b1', 'a.b2'],
  [{ code: 'no-such-input', name: 'i1', similar: ['i2'], known: ['i3'] }, 'i1', 'i2', 'i3'],
  [{ code: 'wrong-input', name: 'i1', expected: 'e1', got: 'got1' }, 'i1', 'e1', 'got1'],
  [{ code: 'cycle', nodes: ['n1', 'n2'], subgraph: 'sub1' }, 'n1', 'n2', 'sub1'],
  [{ code: 'subgraph-cycle', subgraphs: ['s1', 's2'] }, 's1', 's2'],
  [
    { code: 'subgraph-port', subgraph: 'sub1', kind: 'param', name: 'i1', place: 'a.b1', expected: 'e1' },
    'sub1',
    'i1',
    'a.b1',
    'e1',
  ],
  [{ code: 'too-many-nodes', count: 31, limit: 32 }, 31, 32],
  [{ code: 'too-many-links', count: 1e20, limit: 32 }, '10^15', 32],
  [{ code: 'too-many-characters', count: 31, limit: 32 }, 31, 32],
  [{ code: 'more-problems', count: 31 }, 31],
  [{ code: 'unknown-target', target: 't1', similar: ['t2'] }, 't1', 't2'],
  [{ code: 'muted-target', target: 't1' }, 't1'],
  [{ code: 'nothing-to-run' }],
];

test('every kind of problem is described in every language, with its facts', async () => {
  expect(new Set(PROBLEMS.map(([{ code }]) => code))).toEqual(new Set(Object.keys(englishDiagnostics.words)));
  for (const language of languages) {
    const { diagnostics } = await loadMessages(language);
    for (const [problem, ...facts] of PROBLEMS) {
      const text = describeIn(diagnostics, problem);
      for (const fact of facts) expect(text, `${language} ${problem.code}`).toContain(String(fact));
      expect(text, `${language} ${problem.code}`).not.toMatch(/undefined|\[object/);
      if (language !== 'en') expect(text, language).not.toBe(describeIn(englishDiagnostics, problem));
    }
  }
});

test('every template has a title and a description in every other language', async () => {
  const names = readdirSync(join(import.meta.dirname, '../../workflows'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));

  for (const language of others) {
    const { templates } = await loadMessages(language);
    expect(Object.keys(templates).sort(), language).toEqual(names.sort());
    expect(Object.values(templates).filter(([title, description]) => title === '' || description === '')).toEqual([]);
  }
});

/** One of each code of what a server says, with the values that its sentence must hold. */
const REASONS: readonly (readonly [Reason, ...values: readonly (string | number)[]])[] = [
  [{ code: 'image-not-chosen' }],
  [{ code: 'image-not-found', image: 'i1' }, 'i1'],
  [{ code: 'image-not-stored', image: 'i1' }, 'i1'],
  [{ code: 'image-format' }, 'PNG', 'JPEG', 'WebP'],
  [{ code: 'image-damaged', format: 'PNG' }, 'PNG'],
  [{ code: 'image-animated', frames: 31 }, 31],
  [{ code: 'image-dimensions', widthPx: 31, heightPx: 32, maxMegapixels: 33, maxSidePx: 34 }, 31, 32, 33, 34],
  [{ code: 'file-too-large' }],
  [{ code: 'upload-too-large', limitBytes: 31e6 }, '31 MB'],
  [{ code: 'model-not-found', type: 'lora', name: 'm1' }, 'LoRA', 'm1'],
  [{ code: 'licence-not-accepted', models: ['m1', 'm2'] }, 'm1', 'm2'],
  [{ code: 'licence-not-read', repository: 'r1', licence: 'l1' }, 'r1', 'l1'],
  [{ code: 'model-no-room', neededBytes: 31e6, freeBytes: 2e9 }, '31 MB', 'GB'],
  [{ code: 'model-gone' }],
  [{ code: 'out-of-memory', model: 'm1' }, 'm1'],
  [{ code: 'memory-freed' }],
  [{ code: 'not-finite' }],
  [{ code: 'disk-full' }],
  [{ code: 'storage-full', storage: 's1' }, 's1'],
  [{ code: 'storage-unreachable' }],
  [{ code: 'queue-full', limit: 31 }, 31],
  [{ code: 'workers-unreachable' }],
  [{ code: 'run-not-found' }],
  [{ code: 'run-not-queued' }],
  [{ code: 'run-not-ended' }],
  [{ code: 'workflow-not-found', name: 'w1' }, 'w1'],
  [{ code: 'workflow-changed', name: 'w1' }, 'w1'],
  [{ code: 'image-deleted' }],
  [{ code: 'link-limit', limit: 'runs', perHour: 31, waitSeconds: 32 }, 31, 32],
  [{ code: 'link-busy', limit: 31 }, 31],
  [{ code: 'link-other-files', names: ['n1', 'n2'] }, 'n1', 'n2'],
  [{ code: 'link-without-workflow' }],
  [{ code: 'too-many-links', limit: 31 }, 31],
  [{ code: 'not-signed-in' }],
  [{ code: 'wrong-token' }],
  [{ code: 'too-many-requests', limit: 31, seconds: 32 }, 31, 32],
  [{ code: 'server-busy' }],
  [{ code: 'took-too-long', seconds: 31 }, 31],
  [{ code: 'server-error' }],
  [{ code: 'model-file', file: 'f1', fault: 'lfs-pointer', detail: 'd1', more: 31 }, 'f1', 'Git LFS'],
  [{ code: 'model-parts-missing', parts: ['p1', 'p2'] }, 'p1', 'p2'],
  [{ code: 'made-for-other-model', kind: 'controlnet', name: 'n1', model: 'm1' }, 'ControlNet', 'n1', 'm1'],
  [{ code: 'model-cannot', model: 'm1', what: 'upscale' }, 'm1', 'stable-diffusion-x4-upscaler'],
  [{ code: 'models-not-mergeable', why: 'prediction', model: 'm1' }, 'm1', 'v_prediction'],
  [{ code: 'download-refused', why: 'several-files', name: 'f1, f2' }, 'f1, f2'],
  [{ code: 'deletion-refused', why: 'name-taken', name: 'n1' }, 'n1'],
  [{ code: 'hub', fault: 'login', at: 'a1' }, 'a1', 'HF_TOKEN'],
  [{ code: 'input-missing', input: 'mask' }],
  [{ code: 'not-connected', input: 'vae' }, 'VAE'],
  [{ code: 'setting-range', setting: 's1', value: 31, min: 32, max: 33 }, 's1', 31, 32, 33],
  [{ code: 'settings-without-effect', settings: ['s1', 's2'], choice: 'c1' }, 's1', 's2', 'c1'],
  [{ code: 'settings-exclude-each-other', settings: ['s1', 's2'] }, 's1', 's2'],
  [{ code: 'no-steps-left', steps: 31 }, 31],
  [{ code: 'steps-not-possible', scheduler: 's1', steps: 31 }, 's1', 31],
  [{ code: 'weights-sum-to-zero' }, 0],
  [{ code: 'weights-negative' }, 0],
  [{ code: 'widths-differ', of: 'embeds', widths: [768, 1024] }, 'CLIP', 768, 1024],
  [{ code: 'batches-differ', expected: 31, got: 32 }, 31, 32],
  [{ code: 'sizes-differ', of: 'mask', width: 31, height: 32, otherWidth: 33, otherHeight: 34 }, 31, 32, 33, 34],
  [{ code: 'result-too-large', widthPx: 31, heightPx: 32, maxSidePx: 33, maxMegapixels: 34 }, 31, 32, 33, 34],
  [{ code: 'image-too-small', widthPx: 31, heightPx: 32, minSidePx: 33 }, 31, 32, 33],
  [{ code: 'crop-outside', widthPx: 31, heightPx: 32 }, 31, 32],
  [{ code: 'end-before-start' }],
  [{ code: 'area-empty' }],
  [{ code: 'image-not-covered', step: 31 }, 31],
  [{ code: 'prompt-limit', of: 'nesting', limit: 31 }, 31],
  [{ code: 'wildcard-not-found', name: 'n1', known: ['k1', 'k2'] }, 'n1', 'k1', 'k2'],
  [{ code: 'wildcard-line', line: 31 }, 31],
  [{ code: 'webp-depth' }, 'png', 16],
  [{ code: 'image-not-signed', detail: 'd1' }, 'd1'],
  [{ code: 'plugin-failed', plugin: 'p1', detail: 'd1' }, 'p1', 'd1'],
  [{ code: 'lora-layers-left-out', lora: 'l1', layer: 'a1', more: 0 }, 'l1', 'a1', 'ComfyUI'],
  [{ code: 'embedding-left-out', name: 'n1', model: 'm1' }, 'n1', 'm1', 'ComfyUI'],
  [{ code: 'span-empty', of: 'controlnet', at: 31 }, 'ControlNet', 31],
  [{ code: 'vae-of-other-family', vae: 'v1', family: 'f1' }, 'v1', 'f1', 'vae-ft-mse-840000-ema-pruned'],
  [{ code: 'memory-short', solution: 'cpu' }, 'CPU'],
  [{ code: 'device-failed', detail: 'd1', next: 'float32' }, 'd1', 'float32'],
  [{ code: 'preview-decoder-missing' }, 'TAESD', 'models/vae_approx'],
  [{ code: 'preview-decoder-failed', detail: 'd1' }, 'TAESD', 'd1'],
  [{ code: 'image-changed', image: 'i1' }, 'i1'],
  [{ code: 'image-path', image: 'i1' }, 'i1'],
  [{ code: 'image-not-a-file', image: 'i1' }, 'i1'],
  [{ code: 'image-file-size', sizeBytes: 31e6, limitBytes: 32e6 }, '31 MB', '32 MB'],
  [{ code: 'animation-size', widthPx: 31, heightPx: 32, maxMegapixels: 33 }, 31, 32, 33],
  [{ code: 'too-many-files', limit: 31 }, 31],
  [{ code: 'no-file-sent' }],
  [{ code: 'file-not-stored' }],
  [{ code: 'comfyui-file', fault: 'other-json' }, 'ComfyUI'],
  [{ code: 'not-found', what: 'template', name: 'n1' }, 'n1'],
  [{ code: 'link-only-shows' }],
  [{ code: 'link-input-too-open', input: 'i1' }, 'i1'],
  [{ code: 'workflow-too-large', nodes: 31, limit: 32 }, 31, 32],
  [{ code: 'not-indexed', models: ['m1'] }, 'm1'],
  [{ code: 'search-term', term: 't1', fault: 'unknown', known: ['k1'] }, 't1', 'k1'],
  [{ code: 'fetch', fault: 'status', address: 'a1', status: 404 }, 'a1', 404],
];

test('what a server says is said in every other language, with its values', async () => {
  for (const language of others) {
    const { reasons } = await loadMessages(language);
    expect(Object.keys(reasons).sort()).toEqual(REASONS.map(([{ code }]) => code).sort());
    for (const [reason, ...values] of REASONS) {
      const text = describeReason(reasons, reason) ?? '';
      for (const value of values) expect(text, `${language} ${reason.code}`).toContain(String(value));
      expect(text, `${language} ${reason.code}`).not.toMatch(/undefined|\[object|^$/);
    }
  }
});

test('a refusal, a failed run and a worker are told in the language of the page, in English where it has no words', async () => {
  const refusal = (because?: Reason) =>
    new ApiError('The queue is full.', { code: 'queue-full', status: 429, because, errors: [] });
  expect(errorWords(refusal({ code: 'queue-full', limit: 31 }))).toBe('The queue is full.');

  await setPageLanguage('de');

  expect(errorWords(refusal({ code: 'queue-full', limit: 31 }))).toContain('In der Warteschlange sind 31 Läufe');
  expect(errorWords(refusal())).toBe('The queue is full.');
  expect(errorWords(refusal({ code: 'of-a-newer-server' } as unknown as Reason))).toBe('The queue is full.');
  const lost = { code: 'quarantined', message: 'It was lost.', exit: 'out-of-memory', node: 'n1' } as const;
  expect(describeRunError(lost)).toMatch(/n1.*der Speicher reichte nicht/);
  const at = { node: 'n1', type: 'T1', param: 'p1' };
  const because = { code: 'model-not-found', type: 'lora', name: 'm1' } as const;
  expect(
    describeRunError({
      code: 'invalid-workflow',
      message: 'No LoRA is called "m1".',
      diagnostics: [{ code: 'file-problem', ...at, problem: 'No LoRA is called "m1".', because }],
    }),
  ).toContain('LoRA „m1“ ist nicht installiert.');
});

test('what nodes report is shown at the end of a run in the language of the page, without what its machine did', async () => {
  const lora = { code: 'lora-layers-left-out', lora: 'l1', layer: 'a1', more: 2 } as const;
  const tiles = { message: 'In tiles.', because: { code: 'memory-short', solution: 'decoded-in-tiles' } } as const;
  const run = (warnings: RunRecord['warnings']) => ({ id: 'r1', warnings }) as RunRecord;
  await setPageLanguage('de');

  const ended = run([tiles, { message: 'LoRA "l1": no layer.', because: lora }]);
  expect(warningNotice(warningsAtEnd(ended))).toEqual({
    message:
      'LoRA „l1“: Dieses Modell hat keine Schicht für „a1“ und 2 weitere. Sie werden ausgelassen, wie in ComfyUI.',
    isWarning: true,
  });
  expect([run([tiles]), run([{ message: 'Install a driver.' }]), run(undefined)].map(warningsAtEnd)).toEqual([
    [],
    [],
    [],
  ]);
});

test('an input without a link proposes up to three nodes by the titles of their cards', async () => {
  const document = documentOf({
    decode: { type: 'VAEDecode', inputs: { vae: 'model.vae' } },
    model: { type: 'LoadModel' },
  });
  const [unlinked, ...others] = findProblems(document, catalog);
  const latents = catalog.givers.get('latent')?.length ?? 0;

  expect(others).toEqual([]);
  expect(unlinked?.message).toMatch(
    /Connect "Sampler \(UNet Sample\)", ("[^"]+"), ("[^"]+") or one of \d+ other nodes\.$/,
  );
  expect(unlinked?.message).toContain(`or one of ${latents - 3} other nodes`);
  await setPageLanguage('de');
  expect(findProblems(document, catalog)[0]?.message).toMatch(
    new RegExp(`„Sampler \\(UNet Sample\\)“, „[^“]+“, „[^“]+“ oder eine von ${latents - 3} anderen Nodes verbinden`),
  );
});

/** Key -> text, with `§1`, `§2` as the values of functions. */
function textsOf(messages: object, path = ''): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(messages).flatMap(([name, value]): readonly [string, string][] => {
      if (['diagnostics', 'reasons', 'templates'].includes(name)) return [];
      if (typeof value === 'string') return [[path + name, value]];
      if (typeof value === 'function') return [[path + name, textOf(value)]];
      return Object.entries(textsOf(value as object, `${path}${name}.`));
    }),
  );
}

/** A list, if a function expects one, is a list of one value. */
function textOf(text: (...values: readonly unknown[]) => string): string {
  const values = [1, 2, 3].map((index) =>
    Object.assign([`§${index}`], { toString: () => `§${index}`, toPrecision: () => `§${index}` }),
  );
  return text(...values);
}

/** Counts are written with `toLocaleString`, which of a list gives its values as well. */
function valuesIn(text: string): readonly string[] {
  return [...new Set(text.match(/§\d/g) ?? [])].sort();
}

/** Without values, digits and search syntax. */
function wordsOf(text: string): string {
  return text
    .replaceAll(/§\d|\w+[:=<>]\S*|%/g, '')
    .replaceAll(/ +/g, ' ')
    .trim();
}
