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

/** `path: match`, of all files but those of a folder. */
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

test('nobody takes apart what is said to users, or says errors in own words', () => {
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
