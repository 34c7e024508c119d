import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SOURCES = join(import.meta.dirname, '../../packages/editor/src');
const paths = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(tsx?|css)$/.test(path));
const sources = paths.map((path) => ({
  path,
  text: readFileSync(join(SOURCES, path), 'utf8').replace(/\/\*.*?\*\//gs, ''),
}));
const TOKENS = sources.find(({ path }) => path === 'app/theme.css')?.text ?? '';

/** `path: match`, of all files except those of a folder. */
function found(pattern: RegExp, except: RegExp): readonly string[] {
  return sources
    .filter(({ path }) => !except.test(path))
    .flatMap(({ path, text }) => [...text.matchAll(pattern)].map(([match]) => `${path}: ${match}`));
}

test('buttons, menus, dialogs, tabs and popovers are made in ui/', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(found(/<button\b|@base-ui\/react/g, /^ui\//)).toEqual([]);
});

test('the layers of the page and its sizes of type are tokens', () => {
  const literals = found(/z-index:\s*-?\d|font-size:\s*[\d.]|font:\s*[\d.]|zIndex:|fontSize:/g, /^app\/theme\.css$/);

  expect(literals).toEqual([]);
});

test('no code parses messages for users, or writes its own error texts', () => {
  const parsed = found(/(?:\.exec|\.test|\.match)\([^)\n]*\b(?:message|detail|words)\b/g, /^$/);
  const errors = found(/instanceof Error \?/g, /^api\/error-words\.ts$/);

  expect([parsed, errors]).toEqual([[], []]);
});

test('each token that is used is defined', () => {
  const tokens = [...TOKENS.matchAll(/(--(?:type|space|layer)-[\w-]+):/g)].map(([, name = '']) => name);
  const used = sources.flatMap(({ text }) =>
    [...text.matchAll(/var\((--(?:type|space|layer)-[\w-]+)\)/g)].map(([, name = '']) => name),
  );

  expect(tokens.length).toBeGreaterThan(20);
  expect([...new Set(used)].filter((name) => !tokens.includes(name))).toEqual([]);
  expect(tokens.filter((name) => !used.includes(name))).toEqual([]);
});

test('in both themes every colour of words can be read on every ground: 4.5 to 1, as AA of WCAG 2 asks', () => {
  const [dark = '', light = ''] = [...TOKENS.matchAll(/:root[^{]*\{([^}]*)\}/g)].map(([, body]) => body);
  const faint = [dark, light].flatMap((body) => {
    const colours = new Map(
      [...body.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
    );
    const colour = (name: string) => colours.get(`--${name}`) ?? 'none';
    const pairs = WORDS.flatMap((word) => GROUNDS.map((ground) => [word, ground] as const));
    return [...pairs, ['accent-text', 'accent'] as const]
      .map(([word, ground]) => ({ word, ground, ratio: contrast(colour(word), colour(ground)) }))
      .filter(({ ratio }) => !(ratio >= 4.5));
  });

  expect(faint).toEqual([]);
});

const WORDS = ['text', 'text-soft', 'text-faint', 'error', 'running', 'accent'];
const GROUNDS = ['canvas', 'panel', 'card', 'raised', 'field', 'field-hover'];

/** @see WCAG 2.2, contrast ratio and relative luminance */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [r = Number.NaN, g = Number.NaN, b = Number.NaN] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
