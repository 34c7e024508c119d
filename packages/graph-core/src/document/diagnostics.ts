import type { Diagnostic } from '@unclip-studio/protocol';
import { MAX_PROBLEMS, MAX_SHOWN_NAME } from '../limits.js';
import { unreachable } from '../unreachable.js';

export type { Diagnostic };

type AtNode = Pick<Extract<Diagnostic, { code: 'unknown-type' }>, 'node' | 'type' | 'subgraph'>;
type AtPosition = Pick<Extract<Diagnostic, { code: 'invalid-json' }>, 'line' | 'column'>;

/** A name out of a file, short enough to be told: a file may hold names of megabytes. */
export function shortName(name: string): string {
  return name.length > MAX_SHOWN_NAME ? `${name.slice(0, MAX_SHOWN_NAME)}…` : name;
}

/** The first problems, and how many more there are. */
export function limitProblems(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  return [...problems.slice(0, MAX_PROBLEMS), { code: 'more-problems', count: problems.length - MAX_PROBLEMS }];
}

/** The words for one problem: where, what was expected and what came, what to do. */
export function describeDiagnostic(problem: Diagnostic): string {
  return `${nodeOf(problem)}${describeAtNode(problem)}`;
}

/** The words for one problem where its node is in sight: all but which node, and which input or param of it. */
export function describeAtNode(problem: Diagnostic): string {
  switch (problem.code) {
    case 'invalid-json':
      return `The file is not JSON${place(problem)}: ${problem.reason}. Mend it there, or export the workflow again.`;
    case 'too-large':
      return `The file holds ${problem.sizeBytes} bytes; a workflow may have ${problem.limitBytes}. Is it the right file?`;
    case 'too-deep':
      return `The file nests more than ${problem.limit} levels${place(problem)}. A workflow needs fewer than ten; is it the right file?`;
    case 'duplicate-key':
      return `The key "${problem.key}" is given twice in one object${place(problem)}. Rename or remove one of the two.`;
    case 'wrong-format':
      return `The file is no workflow: expected "format": "unclip-workflow", got ${problem.got}. Open a file saved by unclip-studio.`;
    case 'newer-version':
      return `The workflow has version ${problem.version}; this program reads versions up to ${problem.supported}. Update unclip-studio.`;
    case 'wrong-shape':
      return `${problem.at}: expected ${problem.expected}, got ${problem.got}. Correct it in the file.`;
    case 'bad-node-id':
      return `Node id ${JSON.stringify(problem.id)}: expected 1 to 64 letters, digits, "_" or "-". Rename the node.`;
    case 'unknown-type':
      return `there is no node type "${problem.type}".${didYouMean(problem.similar)} ${problem.hint ?? 'See all with: unclip nodes'}`;
    case 'unknown-input':
      return `it has no input "${problem.input}". ${listed('Its inputs are', problem.known, 'It has no inputs.')}`;
    case 'missing-input':
      return `expected ${problem.expected}, got nothing. ${sources(problem.expected, problem.givenBy)}`;
    case 'bad-link':
      return `expected a source written "node.output", got ${problem.got}. Name the node and its output.`;
    case 'unknown-source':
      return `there is no node "${problem.source}".${didYouMean(problem.similar)} Connect it to a node of this workflow.`;
    case 'unknown-output':
      return `node "${problem.source}" has no output "${problem.output}". ${listed('Its outputs are', problem.known, 'It has no outputs.')}`;
    case 'wrong-link-type':
      return `expected ${problem.expected}, got ${problem.got} from "${problem.source}.${problem.output}". ${
        problem.between.length > 0
          ? `Put ${orList(problem.between)} between them.`
          : sources(problem.expected, problem.givenBy)
      }`;
    case 'unknown-param':
      return `it has no param "${problem.param}". ${listed('Its params are', problem.known, 'It has no params.')}`;
    case 'wrong-param':
      return `expected ${problem.expected}, got ${problem.got}.`;
    case 'conflicting-params':
      return problem.problem;
    case 'unread-text':
      return `"${problem.text}" ${problem.advice}`;
    case 'no-bypass':
      return `is bypassed, but no connected input of type ${problem.outputType} can stand in for its output "${problem.output}". Switch the bypass off, or connect such an input.`;
    case 'file-problem':
      return problem.problem;
    case 'missing-output':
      return `node "${problem.source}" has nothing to give at "${problem.output}". ${problem.problem}`;
    case 'input-without-param':
      return `Workflow input "${problem.name}": there is no param "${problem.place}". Name a param of a node as "node.param", or remove the input.`;
    case 'input-of-unlike-params':
      return `Workflow input "${problem.name}": the params ${problem.places.map((place) => `"${place}"`).join(' and ')} do not take the same values. Make two inputs of them.`;
    case 'no-such-input':
      return `The workflow has no input "${problem.name}".${didYouMean(problem.similar)} ${listed('Its inputs are', problem.known, 'It has no inputs; add "inputs" to the workflow to name some.')}`;
    case 'wrong-input':
      return `Workflow input "${problem.name}": expected ${problem.expected}, got ${problem.got}.`;
    case 'cycle':
      return `The nodes ${chain(problem.nodes)}${inSubgraph(problem)} read each other in a circle. Remove one of these links.`;
    case 'subgraph-cycle':
      return `The subgraphs ${chain(problem.subgraphs)} hold each other in a circle, which would never end. Take one of them out of the other.`;
    case 'subgraph-port':
      return `Subgraph "${problem.subgraph}", ${problem.kind} "${problem.name}": expected ${problem.expected}, got ${problem.got ?? `"${problem.place}", which is not there`}. Connect it to something inside, or remove it.`;
    case 'too-many-nodes':
      return `Subgraphs and sweeps make ${counted(problem.count)} nodes of this workflow; the limit is ${problem.limit}. Sweep over fewer values, or use fewer copies.`;
    case 'too-many-links':
      return `Subgraphs make ${counted(problem.count)} links of this workflow; the limit is ${problem.limit}. Use fewer copies.`;
    case 'too-many-characters':
      return `Subgraphs in one another make node ids of ${counted(problem.count)} characters together; the limit is ${problem.limit}. Dissolve some of them.`;
    case 'more-problems':
      return `There are ${problem.count} more problems, which are not listed. Correct these first.`;
    case 'unknown-target':
      return `There is no node "${problem.target}" to run.${didYouMean(problem.similar)} Name a node of this workflow.`;
    case 'muted-target':
      return `Node "${problem.target}" is muted, or reads a muted node, so it cannot be run. Switch the mute off.`;
    case 'nothing-to-run':
      return 'The workflow has no node to run. Add one that saves or shows an image, or name a target.';
    default:
      return unreachable(problem);
  }
}

/** How the sentence about a problem of a node begins. */
function nodeOf(problem: Diagnostic): string {
  switch (problem.code) {
    case 'unknown-type':
    case 'unknown-input':
    case 'unknown-param':
    case 'conflicting-params':
      return `${nodeName(problem)}: `;
    case 'missing-input':
    case 'bad-link':
    case 'unknown-source':
    case 'unknown-output':
    case 'wrong-link-type':
    case 'missing-output':
      return `${nodeName(problem)}, input "${problem.input}": `;
    case 'wrong-param':
    case 'unread-text':
    case 'file-problem':
      return `${nodeName(problem)}, param "${problem.param}": `;
    case 'no-bypass':
      return `${nodeName(problem)} `;
    default:
      return '';
  }
}

/** Beyond 2^53 the digits would be wrong. */
function counted(count: number): string {
  return count > Number.MAX_SAFE_INTEGER ? 'more than 10^15' : String(count);
}

function nodeName({ node, type, subgraph }: AtNode): string {
  // "outer/inner" is a node of an expanded workflow; a person finds it as the inner node of the outer one.
  const [inner, ...outer] = node.split('/').reverse();
  const within = outer.length === 0 ? '' : ` inside ${outer.map((id) => `"${id}"`).join(' inside ')}`;
  return `Node "${inner}"${within} (${type})${inSubgraph({ subgraph })}`;
}

function inSubgraph({ subgraph }: { readonly subgraph?: string | undefined }): string {
  return subgraph === undefined ? '' : ` in subgraph "${subgraph}"`;
}

function chain(names: readonly string[]): string {
  const shown = names.length > MAX_LISTED ? [...names.slice(0, MAX_LISTED), undefined, names[0]] : [...names, names[0]];
  const more = `(${names.length - MAX_LISTED} more)`;
  return shown.map((name) => (name === undefined ? more : `"${name}"`)).join(' -> ');
}

// A definition has fewer names; a subgraph of a file that a program wrote may have thousands.
const MAX_LISTED = 50;

function place({ line, column }: AtPosition): string {
  return line === undefined ? '' : ` (line ${line}, column ${column})`;
}

function didYouMean(similar: readonly string[]): string {
  return similar.length === 0 ? '' : ` Did you mean ${orList(similar.map((name) => `"${name}"`))}?`;
}

function listed(words: string, names: readonly string[], none: string): string {
  if (names.length === 0) return none;
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '';
  return `${words} ${names
    .slice(0, MAX_LISTED)
    .map((name) => `"${name}"`)
    .join(', ')}${more}.`;
}

function sources(type: string, givenBy: readonly string[]): string {
  return givenBy.length === 0 ? `No node type gives ${type}.` : `Connect ${orList(givenBy)}.`;
}

function orList(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
