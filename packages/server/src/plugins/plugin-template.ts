/** The files of a new plug-in: path -> text. @param name of the package */
export function pluginTemplate(name: string, version: string): Readonly<Record<string, string>> {
  return {
    'package.json': `${JSON.stringify(
      {
        name,
        version: '0.1.0',
        description: 'Nodes for unclip-studio',
        keywords: ['unclip-nodes'],
        type: 'module',
        scripts: { test: 'node --test' },
        peerDependencies: { 'unclip-studio': `^${version}` },
        unclip: { entry: 'src/index.ts' },
      },
      null,
      2,
    )}\n`,
    'src/index.ts': `import { defineNode } from 'unclip-studio/nodes';

const solarize = defineNode({
  type: 'Solarize',
  version: 1,
  title: 'Solarize',
  description: 'Inverts what is brighter than a threshold.',
  category: 'image',
  // The same inputs and params give the same result, so that it may be kept.
  pure: true,
  inputs: { image: { type: 'image', help: 'The images to solarize.' } },
  outputs: { image: { type: 'image', help: 'The solarized images.' } },
  params: {
    threshold: { kind: 'integer', default: 128, min: 0, max: 255, help: 'Levels from here on are inverted.' },
  },
  async evaluate({ inputs, params }, { services }) {
    const table = Uint8Array.from({ length: 256 }, (_, level) => (level < params.threshold ? level : 255 - level));
    const image = inputs.image.map(({ width, height, data }) => {
      const result = data.slice();
      services.bulk.lookUp(result, table);
      return { width, height, data: result };
    });
    return { image };
  },
});

export const nodes = [solarize];
`,
    'test/solarize.test.js': `import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { evaluatePluginNode } from 'unclip-studio';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));

test('bright levels are inverted, as the program itself runs the node', async () => {
  const image = { width: 1, height: 1, data: Uint8Array.from([0, 100, 255]) };

  const result = await evaluatePluginNode(folder, 'Solarize', { inputs: { image: [image] } });

  assert.deepEqual([...result.image[0].data], [0, 100, 0]);
});
`,
    'README.md': `# ${name}

Nodes for [unclip-studio](https://www.npmjs.com/package/unclip-studio).

    npm install && npm test
    npx unclip serve --nodes .
`,
  };
}
