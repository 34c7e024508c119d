import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, workflowOf } from '../../support/test-server.js';

test('each template that comes along says what it is for, and has a small picture', async () => {
  const server = await startTestServer(tempFolder());
  onTestFinished(() => server.close());

  const { body } = await server.ask('GET', '/api/templates');

  expect(body.templates.length).toBeGreaterThan(5);
  for (const { name, title, description } of body.templates) {
    expect([name, description]).toEqual([name, expect.stringMatching(/^.{20,}\.$/)]);
    expect(description).not.toBe(title);
    const response = await fetch(`${server.origin}/api/templates/${name}/thumbnail`, {
      headers: { authorization: `Bearer ${TEST_TOKEN}` },
    });
    const { format, width = 0 } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    expect({ name, status: response.status, format }).toEqual({ name, status: 200, format: 'webp' });
    expect(width).toBeGreaterThan(100);
  }
});

test('no file beside the pictures of templates is handed out, and a template may lack one', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'thumbnails'));
  writeFileSync(join(folder, 'mine.json'), JSON.stringify(workflowOf({})));
  writeFileSync(join(folder, 'thumbnails', 'other.webp'), readFileSync('workflows/thumbnails/seeds.webp'));
  const server = await startTestServer(tempFolder(), {}, { templatesFolder: folder });
  onTestFinished(() => server.close());

  for (const name of ['mine', 'other', '..%2fmine']) {
    const { status } = await server.ask('GET', `/api/templates/${name}/thumbnail`);
    expect([400, 404], name).toContain(status);
  }
});
