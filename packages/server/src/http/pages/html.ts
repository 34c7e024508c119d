import { createHash } from 'node:crypto';

/** Escapes text for HTML, including quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** What a policy must allow so that this one script runs, and no other. */
export function scriptHash(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

const PAGE_STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  code, pre { font: 0.9rem/1.4 ui-monospace, monospace; }
  pre { padding: 0.75rem; overflow: auto; background: #8881; border-radius: 6px; }
  h2 { margin-top: 2.5rem; border-bottom: 1px solid #8884; }
  h3 { margin-bottom: 0.25rem; }
  table { border-collapse: collapse; } td, th { padding: 0.15rem 0.75rem 0.15rem 0; text-align: left; vertical-align: top; }
  .method { display: inline-block; min-width: 4.5rem; font-weight: 600; }
  .images { display: flex; flex-wrap: wrap; gap: 0.5rem; } .images img { max-height: 10rem; border-radius: 6px; }
`;

/** A whole page. `title` and `body` are HTML already. */
export function htmlPage(title: string, body: string, script = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${body}
${script === '' ? '' : `<script>${script}</script>`}
</body>
</html>
`;
}
