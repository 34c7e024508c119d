import { createCatalog, toDefinition } from '@unclip-studio/graph-core';
import { isModelPort, unclipNodes, unclipPortTypes } from '@unclip-studio/nodes-unclip';
import { definePortType } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

test('every port of every node has a declared type, and every declared type is used', () => {
  const used = unclipNodes.flatMap(({ inputs, outputs }) =>
    [...Object.values(inputs), ...Object.values(outputs)].map(({ type }) => type),
  );

  expect([...new Set(used)].sort()).toEqual(unclipPortTypes.map(({ name }) => name).sort());
});

test('no two port types look the same', () => {
  const looks = unclipPortTypes.map(({ looks: { colour, shape } }) => `${shape} ${colour}`);

  expect(new Set(looks).size).toBe(looks.length);
});

test('a port type without a codec does not compile', () => {
  const looks = { colour: '#123456', shape: 'circle' } as const;
  // @ts-expect-error: how its values are kept is missing
  definePortType({ name: 'depth', looks, describe: 'A depth map.' });
});

test('the ports of models are those whose nodes output parts of checkpoints', () => {
  const models = unclipPortTypes.map(({ name }) => name).filter((type) => isModelPort({ type }));

  expect(models.sort()).toEqual([
    'controlnet',
    'ip-adapter',
    'prior',
    'text-model',
    'unet',
    'upscaler',
    'vae',
    'vision-model',
  ]);
});

test('the definitions for a page contain the looks of each port', () => {
  const published = JSON.parse(JSON.stringify(unclipNodes.map(toDefinition)));

  const { looks } = createCatalog(published);

  expect(Object.fromEntries(looks)).toEqual(
    Object.fromEntries(unclipPortTypes.map(({ name, looks }) => [name, looks])),
  );
});
