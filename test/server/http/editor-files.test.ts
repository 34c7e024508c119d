import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer } from '../../support/test-server.js';

test('a built editor is at /, compressed beforehand, with immutable hashed files, without following links', async () => {
  const folder = tempFolder();
  const editor = join(folder, 'editor');
  mkdirSync(join(editor, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  symlinkSync(join(folder, 'secret.txt'), join(editor, 'link.txt'));
  writeFileSync(join(editor, 'index.html'), '<!doctype html>the editor');
  writeFileSync(join(editor, 'assets/app-1a2b.js'), 'plain();');
  writeFileSync(join(editor, 'assets/app-1a2b.js.br'), brotliCompressSync('packed();'));
  const server = await startTestServer(join(folder, 'data'), {}, { editorFolder: editor });

  const page = await server.ask('GET', '/', undefined, { authorization: '' });
  const packed = await server.ask('GET', '/assets/app-1a2b.js', undefined, { 'accept-encoding': 'br' });
  const plain = await server.ask('GET', '/assets/app-1a2b.js', undefined, { 'accept-encoding': 'identity' });
  const link = await server.ask('GET', '/link.txt');
  await server.close();

  expect(page.body.toString()).toBe('<!doctype html>the editor');
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect([packed.body.toString(), plain.body.toString()]).toEqual(['packed();', 'plain();']);
  expect(packed.headers.get('content-encoding')).toBe('br');
  expect(packed.headers.get('cache-control')).toContain('immutable');
  expect(link.status).toBe(404);
});

test('without a built editor a page is served that may run only its own script', async () => {
  const server = await startTestServer(tempFolder());

  const page = await server.ask('GET', '/', undefined, { authorization: '' });
  await server.close();

  const html = page.body.toString();
  const script = /<script>([\s\S]*)<\/script>/.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(script).digest('base64');
  expect(page.headers.get('content-security-policy')).toContain(`script-src 'sha256-${hash}'`);
  expect(html).toContain('The editor has not been built here');
});
