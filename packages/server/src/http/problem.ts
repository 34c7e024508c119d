import { type Diagnostic, describeDiagnostic, reasonOf } from '@unclip-studio/graph-core';
import {
  type FieldError,
  PROBLEM_KINDS,
  type ProblemBody,
  type ProblemKind,
  type Reason,
} from '@unclip-studio/protocol';

export interface ProblemFacts {
  /** What the message says, as data; that of `cause` where it is left out. */
  readonly because?: Reason | undefined;
  readonly errors?: readonly FieldError[];
  readonly diagnostics?: readonly Diagnostic[];
  /** What the client needs to continue, such as the current version at a conflict. */
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
  toBody(): ProblemBody {
    const { because = reasonOf(this.cause), errors, diagnostics, extra } = this.facts;
    const { status, title } = PROBLEM_KINDS[this.kind];
    return {
      type: `/api/docs#problem-${this.kind}`,
      title,
      status,
      detail: this.message,
      ...(because === undefined ? {} : { because }),
      ...(errors === undefined ? {} : { errors }),
      ...(diagnostics === undefined ? {} : { diagnostics }),
      ...extra,
    };
  }
}

/** A workflow that cannot be run, with each problem as data and as a message. */
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
