import { join } from 'node:path';
import { checkMessages, createCatalog, textsToTranslate, translateDefinition } from '@unclip-studio/graph-core';
import { nodeMessagesIn, unclipNodes } from '@unclip-studio/nodes-unclip';
import { LANGUAGES } from '@unclip-studio/protocol/languages';
import { describe, expect, test } from 'vitest';
import { englishOnlyIn, englishOnlyOf } from '../messages/english-only.js';

const english = new Map(unclipNodes.flatMap((node) => [...textsToTranslate(node)]));
const node = (type: string) => {
  const found = unclipNodes.find((one) => one.type === type);
  if (found === undefined) throw new Error(`There is no node ${type}`);
  return found;
};

test('a text that a language lacks is English, and is listed; so is a text of no node', () => {
  const messages = { 'UNetSample.title': 'Sampler', 'UNetSample.gone.help': 'Nichts', 'Gone.title': 'Nichts' };
  const translated = translateDefinition(node('UNetSample'), messages);

  expect(translated.title).toBe('Sampler');
  expect(translated.params['steps']?.help).toBe(node('UNetSample').params['steps']?.help);
  const { missing, unused } = checkMessages([node('UNetSample')], messages);
  expect(missing).toContain('UNetSample.steps.help');
  expect(missing).not.toContain('UNetSample.title');
  expect(unused).toEqual(['UNetSample.gone.help', 'Gone.title']);
});

test('a label of all node types gives way to the label of one, and outputs have the labels of inputs', () => {
  const messages = { '*.latent.label': 'Latent', 'VAEDecode.latent.label': 'Eingang' };

  expect(translateDefinition(node('UNetSample'), messages).outputs['latent']?.label).toBe('Latent');
  expect(translateDefinition(node('VAEDecode'), messages).inputs['latent']?.label).toBe('Eingang');
});

test('help is never inherited from another node type', () => {
  const { help } = translateDefinition(node('UNetSample'), { '*.seed.help': 'Falsch' }).params['seed'] ?? {};

  expect(help).toBe(node('UNetSample').params['seed']?.help);
});

test('errors whose sentence carries no reason are listed', () => {
  const source = `
    throw new ImageError('Said in English.');
    throw withReason(new ImageError('Said in every language.'), { code: 'image-format' });
    const error = new ImageError(\`Also \${said}.\`);
    throw withReason(error, { code: 'image-format' });
    throw new Problem('conflict', 'English too.');
    throw new Problem('conflict', 'Not English only.', { because: { code: 'disk-full' } });
    throw new Error('Internal error: no user reads it');
  `;

  expect(englishOnlyIn(source)).toEqual([
    { line: 2, text: "'Said in English.'", error: 'ImageError' },
    { line: 6, text: "'English too.'", error: 'Problem' },
  ]);
});

test('errors that users of the page meet carry a reason, which the page says in its language', () => {
  expect(englishOnlyOf(join(import.meta.dirname, '../../packages')).get('')).toEqual([]);
});

describe.each(Object.keys(LANGUAGES).filter((language) => language !== 'en'))('%s', (language) => {
  test('has every text of the nodes, and none of a removed node or param', async () => {
    expect(checkMessages(unclipNodes, await nodeMessagesIn(language))).toEqual({ missing: [], unused: [] });
  });

  test('keeps numbers, file names and placeholders of the English text', async () => {
    const messages = await nodeMessagesIn(language);
    const changed = Object.entries(messages).flatMap(([key, text]) =>
      fixedParts(english.get(key) ?? '').flatMap((part) => (text.includes(part) ? [] : [`${key}: ${part}`])),
    );

    expect(changed).toEqual([]);
  });

  test('calls the options of a choice in its help as the card does', async () => {
    const messages = await nodeMessagesIn(language);
    const unlike = unclipNodes.flatMap((one) =>
      Object.entries(translateDefinition(one, messages).params).flatMap(([name, param]) => {
        if (param.kind !== 'choice') return [];
        const before = one.params[name]?.help ?? '';
        return param.options
          .filter((option) => new RegExp(`(^|[ .])${option}:`).test(before))
          .map((option) => [`${one.type}.${name}`, param.labels?.[option] ?? option] as const)
          .filter(([, label]) => !new RegExp(`${label}[:：]`, 'i').test(param.help));
      }),
    );

    expect(unlike).toEqual([]);
  });

  test('translates titles and descriptions, and leaves names for programs as they are', async () => {
    const messages = await nodeMessagesIn(language);
    const translated = unclipNodes.map((one) => translateDefinition(one, messages));

    expect(translated.filter((one, index) => one.description === unclipNodes[index]?.description)).toEqual([]);
    expect(createCatalog(translated).givers).toEqual(createCatalog(unclipNodes).givers);
    expect(translated.map(({ type, category, version }) => [type, category, version])).toEqual(
      unclipNodes.map(({ type, category, version }) => [type, category, version]),
    );
    expect(new Intl.Locale(language).toString()).toBe(language);
  });

  test('nodes are still found by their English title', async () => {
    const { keywords, title } = translateDefinition(node('VAEDecode'), await nodeMessagesIn(language));

    expect([title.toLowerCase(), ...(keywords ?? [])]).toContain('vae decode');
  });
});

/** What a translation must keep: placeholders, numbers, folders, file endings, wildcards, tags and names in capitals. */
function fixedParts(text: string): readonly string[] {
  return (
    text.match(
      /\$\d|\b\d+(?:\.\d+)?\b|models\/\w+|\.(?:safetensors|npy)\b|__\w+__|<\w+>|\[\w+:[^\]]*\]|\b[A-Z]{3,}\b/g,
    ) ?? []
  );
}
