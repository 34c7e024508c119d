import { readdirSync, readFileSync } from 'node:fs';
import { ChangeScheduler, setParam } from '@unclip-studio/editor/document';
import { findExamples, placeBeside } from '@unclip-studio/editor/guide';
import { createProblemStore } from '@unclip-studio/editor/testing';
import { parseWorkflow } from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';
import { catalog, documentOf, IMAGE_PATH, storeOf } from './support/rig.js';

const WORKFLOWS = new URL('../../workflows/', import.meta.url);
const templates = readdirSync(WORKFLOWS)
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const read = parseWorkflow(readFileSync(new URL(file, WORKFLOWS), 'utf8'));
    if (!read.ok) throw new Error(`${file} is no workflow`);
    const { title = '', nodes, subgraphs = {}, requires } = read.value;
    const all = [nodes, ...Object.values(subgraphs).map((body) => body.nodes)].flatMap(Object.values<{ type: string }>);
    const nodeTypes = [...new Set(all.map(({ type }) => type))];
    return { name: file, title, nodeTypes, ...(requires && { requires: [...requires] }) };
  });

test('every node has an example among the templates, or one that it fits into', () => {
  const without = [...catalog.types.values()].filter(
    (node) => findExamples(node, templates, catalog).templates.length === 0,
  );

  expect(without.map(({ type }) => type)).toEqual([]);
});

test('examples of a node hold it, and those that run at once come first', () => {
  for (const definition of catalog.types.values()) {
    const { templates: found, useIt } = findExamples(definition, templates, catalog);
    expect(useIt).toBe(templates.some(({ nodeTypes }) => nodeTypes.includes(definition.type)));
    if (useIt) expect(found.every(({ nodeTypes }) => nodeTypes.includes(definition.type))).toBe(true);
    const downloads = found.map(({ requires }) => requires !== undefined);
    expect(downloads).toEqual([...downloads].sort());
  }
});

test.each([
  ['below', { left: 100, top: 100, width: 50, height: 30 }, { left: 100, top: 142 }],
  ['above, where there is no room below', { left: 100, top: 700, width: 50, height: 30 }, { left: 100, top: 588 }],
  ['right, where it fills the height', { left: 0, top: 10, width: 200, height: 780 }, { left: 212, top: 10 }],
  ['left, where it reaches the right edge', { left: 900, top: 10, width: 100, height: 780 }, { left: 588, top: 10 }],
  ['inside the window, at its edge', { left: 950, top: 100, width: 50, height: 30 }, { left: 692, top: 142 }],
])('a step of the tour stands %s', (_, box, place) => {
  expect(placeBeside(box, { width: 300, height: 100 }, { width: 1000, height: 800 })).toEqual(place);
});

test('an image that is not chosen yet is shown as a problem from the first run on, until another workflow is opened', () => {
  const empty = documentOf({ ...IMAGE_PATH, photo: { type: 'LoadImage' } });
  const { store } = storeOf(empty);
  const problems = createProblemStore(store, catalog, new ChangeScheduler(store));
  const found = () => [problems.all.length, problems.shown.length, problems.of('photo').length];

  expect(found()).toEqual([1, 0, 0]);
  problems.showAll();
  expect(found()).toEqual([1, 1, 1]);
  setParam(store, { node: 'photo', name: 'image', param: undefined, value: 'cat.png' });
  problems.refresh();
  expect(found()).toEqual([0, 0, 0]);
  store.open(empty);
  problems.refresh();
  expect(found()).toEqual([1, 0, 0]);
});

test('other problems of a new node are shown at once', () => {
  const { store } = storeOf(documentOf({ ...IMAGE_PATH, embed: { type: 'CLIPImageEmbed' } }));
  const problems = createProblemStore(store, catalog, new ChangeScheduler(store));

  expect(problems.of('embed').length).toBeGreaterThan(0);
  expect(problems.shown).toEqual(problems.all);
});
