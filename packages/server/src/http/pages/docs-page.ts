import { PROBLEM_KINDS } from '@unclip-studio/protocol';
import type { OpenApiDocument } from '../openapi.js';
import { escapeHtml, htmlPage } from './html.js';

/** The OpenAPI document as a page to read: every operation, every schema, every kind of problem. No script, no CDN. */
export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Readonly<Record<string, Operation>>).map(([method, operation]) => ({
      path,
      method,
      ...operation,
    })),
  );
  const tags = [...new Set(operations.flatMap((operation) => operation.tags ?? []))];
  const sections = tags.map((tag) => {
    const own = operations.filter((operation) => operation.tags?.includes(tag));
    return `<h2 id="${tag}">${tag}</h2>${own.map(describeOperation).join('')}`;
  });
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<h3 id="schema-${escapeHtml(name)}">${escapeHtml(name)}</h3><pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre>`,
  );
  const problems = Object.entries(PROBLEM_KINDS).map(
    ([kind, { status, title }]) =>
      `<tr id="problem-${kind}"><td>${status}</td><td><code>${kind}</code></td><td>${escapeHtml(title)}</td></tr>`,
  );
  return htmlPage(
    'unclip-studio API',
    `<h1>unclip-studio API</h1>
<p>The same as <a href="openapi.json">OpenAPI 3.1</a>. Programs send <code>Authorization: Bearer TOKEN</code>;
changes are JSON. Live events: a WebSocket at <code>/api/events</code>, described in <code>docs/PROTOCOL.md</code>.</p>
<p>${tags.map((tag) => `<a href="#${tag}">${tag}</a>`).join(' · ')} · <a href="#problems">problems</a> · <a href="#schemas">schemas</a></p>
${sections.join('')}
<h2 id="problems">problems</h2>
<p>Every refusal is <code>application/problem+json</code>; <code>errors</code> names the fields.</p>
<table>${problems.join('')}</table>
<h2 id="schemas">schemas</h2>
${schemas.join('')}`,
  );
}

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: unknown;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses?: Readonly<Record<string, { readonly description: string }>>;
}

function describeOperation(operation: Operation & { readonly path: string; readonly method: string }): string {
  const { path, method, summary = '', description = '', parameters = [], requestBody, responses = {} } = operation;
  const params = parameters.map(
    (parameter) =>
      `<tr><td><code>${escapeHtml(parameter.name)}</code></td><td>${parameter.in}${parameter.required ? ', required' : ''}</td><td>${escapeHtml(parameter.description ?? '')}</td></tr>`,
  );
  const body =
    requestBody === undefined ? '' : `<pre>${escapeHtml(JSON.stringify(requestBody.content, null, 2))}</pre>`;
  const answers = Object.entries(responses).map(
    ([status, answer]) => `<tr><td>${status}</td><td>${escapeHtml(answer.description)}</td></tr>`,
  );
  return `<h3><span class="method">${method.toUpperCase()}</span><code>${escapeHtml(path)}</code></h3>
<p>${escapeHtml(summary)}. ${escapeHtml(description)}</p>
<table>${params.join('')}</table>${body}
<details><summary>Answers</summary><table>${answers.join('')}</table></details>`;
}
