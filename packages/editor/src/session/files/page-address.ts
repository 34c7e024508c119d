/** What the page's address asks to be shown, instead of what this tab had last. */
export type AskedFor =
  /** A workflow packed into the address. */
  | { readonly kind: 'shared'; readonly packed: string }
  /** The workflow that made an image. */
  | { readonly kind: 'output'; readonly id: string }
  /** The workflow of a run, at the node that failed if one did. */
  | { readonly kind: 'run'; readonly id: string }
  /** A saved workflow, or one of its versions. */
  | { readonly kind: 'saved'; readonly name: string; readonly revision?: number }
  | { readonly kind: 'template'; readonly name: string }
  /** What a share link shows, for which the page has been opened. */
  | { readonly kind: 'grant'; readonly secret: string };

/** Reads the fragment, which may also hold the token. */
export function askedForIn(hash: string): AskedFor | undefined {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const secret = params.get('grant');
  if (secret !== null) return { kind: 'grant', secret };
  const packed = params.get('workflow');
  if (packed !== null) return { kind: 'shared', packed };
  const output = params.get('output');
  if (output !== null) return { kind: 'output', id: output };
  const run = params.get('run');
  if (run !== null) return { kind: 'run', id: run };
  const template = params.get('template');
  if (template !== null) return { kind: 'template', name: template };
  const name = params.get('saved');
  if (name === null) return undefined;
  const revision = Number(params.get('revision') ?? Number.NaN);
  return { kind: 'saved', name, ...(Number.isInteger(revision) && { revision }) };
}

/** The fragment that asks for it. */
export function hashFor(asked: AskedFor): string {
  const params = new URLSearchParams();
  if (asked.kind === 'shared') params.set('workflow', asked.packed);
  else if (asked.kind === 'output' || asked.kind === 'run') params.set(asked.kind, asked.id);
  else if (asked.kind === 'grant') params.set('grant', asked.secret);
  else params.set(asked.kind, asked.name);
  if (asked.kind === 'saved' && asked.revision !== undefined) params.set('revision', String(asked.revision));
  return `#${params}`;
}

/** An address that opens it in a new tab, where it replaces nothing. */
export function addressFor(asked: AskedFor): string {
  return `${location.pathname}${location.search}${hashFor(asked)}`;
}
