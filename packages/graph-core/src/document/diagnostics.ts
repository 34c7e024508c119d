import type { Diagnostic, ParamRule } from '@unclip-studio/protocol';
import { MAX_PROBLEMS, MAX_SHOWN_NAME } from '../limits.js';

export type { Diagnostic };

/** A name from a file, shortened for messages: a file may contain names of several megabytes. */
export function shortName(name: string): string {
  return name.length > MAX_SHOWN_NAME ? `${name.slice(0, MAX_SHOWN_NAME)}…` : name;
}

/** The first problems, and how many more there are. */
export function limitProblems(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  return [...problems.slice(0, MAX_PROBLEMS), { code: 'more-problems', count: problems.length - MAX_PROBLEMS }];
}

/** Where in a workflow a problem is, if it is in a node. */
export interface ProblemPlace {
  readonly code: Diagnostic['code'];
  readonly type: string;
  /** What the card of the node is called, where cards are in sight: then it is said in place of id and type. */
  readonly title?: string;
  /** The node by itself; "outer/inner" is a node of an expanded workflow, which a person finds inside the outer one. */
  readonly node: string;
  /** The nodes that hold it, from the inside. */
  readonly outer: readonly string[];
  readonly subgraph?: string | undefined;
  readonly input?: string;
  readonly param?: string;
}

/** The words for problems in one language. */
export interface DiagnosticMessages {
  /** Which node, and which input or param of it: the beginning of the sentence. */
  at(place: ProblemPlace): string;
  /** What a param expects. */
  rule(rule: ParamRule): string;
  /** The rest of the sentence: what was expected and found, what to do. */
  readonly words: { readonly [Code in Diagnostic['code']]: (problem: ProblemOf<Code>) => string };
}

/** What a problem of one code holds. */
export type ProblemOf<Code, One = Diagnostic> = One extends { readonly code: unknown }
  ? Code extends One['code']
    ? One
    : never
  : never;

/**
 * The words for one problem in a language: where, what was expected and what came, what to do.
 *
 * @param place in place of ids and keys, the names that a page shows
 */
export function describeIn(messages: DiagnosticMessages, problem: Diagnostic, place = placeOf(problem)): string {
  return `${place === undefined ? '' : messages.at(place)}${describeAtNodeIn(messages, problem)}`;
}

/** The words for one problem where its node is in sight: all but which node, and which input or param of it. */
export function describeAtNodeIn(messages: DiagnosticMessages, problem: Diagnostic): string {
  // The compiler does not see that the function is the one for this very code.
  return (messages.words[problem.code] as (problem: Diagnostic) => string)(problem);
}

/** Where the problem is; `undefined` if it is in no node. */
export function placeOf(problem: Diagnostic): ProblemPlace | undefined {
  if (!('node' in problem)) return undefined;
  const { code, type, subgraph } = problem;
  const [node = problem.node, ...outer] = problem.node.split('/').reverse();
  return {
    ...{ code, type, node, outer, subgraph },
    // What the node does not have is named by the sentence itself.
    ...('input' in problem && code !== 'unknown-input' && { input: problem.input }),
    ...('param' in problem && code !== 'unknown-param' && { param: problem.param }),
  };
}
