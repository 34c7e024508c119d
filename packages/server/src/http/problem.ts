import { type Diagnostic, describeDiagnostic } from '@unclip-studio/graph-core';

/** One field that is wrong; `path` is dotted as in the request's JSON, with the part of the request first. */
interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** Every kind of refusal, by its name in `type`; the page at /api/docs has one entry for each. */
export const PROBLEM_KINDS = {
  'bad-request': { status: 400, title: 'The request does not fit the API' },
  'not-signed-in': { status: 401, title: 'The token is missing or wrong' },
  'foreign-origin': { status: 403, title: 'The page that asks is not one of ours' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'wrong-method': { status: 405, title: 'The address does not know this method' },
  conflict: { status: 409, title: 'It has changed meanwhile' },
  'too-large': { status: 413, title: 'The request is too large' },
  'wrong-media-type': { status: 415, title: 'The body has a type that is not taken here' },
  'foreign-host': { status: 421, title: 'The request names another host' },
  'invalid-workflow': { status: 422, title: 'The workflow cannot be run' },
  'invalid-image': { status: 422, title: 'The picture cannot be read' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'queue-full': { status: 429, title: 'The queue is full' },
  'internal-error': { status: 500, title: 'The server made a mistake' },
  unavailable: { status: 503, title: 'The server cannot take work now' },
  'store-full': { status: 507, title: 'The disk is full' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemKind = keyof typeof PROBLEM_KINDS;

interface ProblemFacts {
  readonly errors?: readonly FieldError[];
  readonly diagnostics?: readonly Diagnostic[];
  /** What the client needs to go on, such as the current version at a conflict. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A request refused, in the words of RFC 9457. The message is sent to the client: it names no path and no secret. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  readonly facts: ProblemFacts;

  constructor(kind: ProblemKind, detail: string, facts: ProblemFacts = {}) {
    super(detail, facts.cause === undefined ? {} : { cause: facts.cause });
    this.kind = kind;
    this.facts = facts;
  }

  get status(): number {
    return PROBLEM_KINDS[this.kind].status;
  }

  /** The body of the answer, `application/problem+json`. */
  toBody(): Readonly<Record<string, unknown>> {
    const { errors, diagnostics, extra } = this.facts;
    const { status, title } = PROBLEM_KINDS[this.kind];
    return {
      type: `/api/docs#problem-${this.kind}`,
      title,
      status,
      detail: this.message,
      ...(errors === undefined ? {} : { errors }),
      ...(diagnostics === undefined ? {} : { diagnostics }),
      ...extra,
    };
  }
}

/** A workflow that cannot be run, with each problem as data and in words. */
export function workflowProblem(diagnostics: readonly Diagnostic[]): Problem {
  const errors = diagnostics.map((problem) => ({ path: pathOf(problem), message: describeDiagnostic(problem) }));
  const detail = errors.length === 1 ? (errors[0]?.message ?? '') : `The workflow has ${errors.length} problems.`;
  return new Problem('invalid-workflow', detail, { errors, diagnostics });
}

function pathOf(problem: Diagnostic): string {
  if (!('node' in problem)) return 'workflow';
  const at = `workflow.nodes.${problem.node}`;
  if ('input' in problem) return `${at}.inputs.${problem.input}`;
  if ('param' in problem) return `${at}.params.${problem.param}`;
  return at;
}
