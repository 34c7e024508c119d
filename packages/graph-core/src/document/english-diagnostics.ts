import { describeRule } from '../definition/check-param.js';
import { type Diagnostic, type DiagnosticMessages, describeIn, type ProblemOf } from './diagnostics.js';

/** The words for one problem, in English. */
export function describeDiagnostic(problem: Diagnostic): string {
  return describeIn(englishDiagnostics, problem);
}

/** The words for problems, in English. */
export const englishDiagnostics: DiagnosticMessages = {
  at({ code, title, node, outer, type, subgraph, input, param }) {
    const within = outer.map((id) => ` inside "${id}"`).join('');
    const port = input !== undefined ? `, input "${input}"` : param !== undefined ? `, param "${param}"` : '';
    const name = title === undefined ? `Node "${node}"${within} (${type})` : `${title}${within}`;
    return `${name}${inSubgraph({ subgraph })}${port}${code === 'no-bypass' ? ' ' : ': '}`;
  },
  rule: describeRule,
  words: {
    'invalid-json': (problem) =>
      `The file is not JSON${place(problem)}: ${problem.reason}. Fix it there, or export the workflow again.`,
    'too-large': (problem) =>
      `The file holds ${problem.sizeBytes} bytes; a workflow may have ${problem.limitBytes}. Is it the right file?`,
    'too-deep': (problem) =>
      `The file nests more than ${problem.limit} levels${place(problem)}. A workflow needs fewer than ten; is it the right file?`,
    'duplicate-key': (problem) =>
      `The key "${problem.key}" is given twice in one object${place(problem)}. Rename or remove one of the two.`,
    'wrong-format': (problem) =>
      `The file is not a workflow: expected "format": "unclip-workflow", got ${problem.got}. Open a file saved by unclip-studio.`,
    'newer-version': (problem) =>
      `The workflow has version ${problem.version}; this program reads versions up to ${problem.supported}. Update unclip-studio.`,
    'wrong-shape': (problem) =>
      `${problem.at}: expected ${problem.expected}, got ${problem.got}. Correct it in the file.`,
    'bad-node-id': (problem) =>
      `Node id ${JSON.stringify(problem.id)}: expected 1 to 64 letters, digits, "_" or "-". Rename the node.`,
    'unknown-type': (problem) =>
      `there is no node type "${problem.type}".${didYouMean(problem.similar)} ${problem.hint ?? 'See all with: unclip nodes'}`,
    'unknown-input': (problem) =>
      `it has no input "${problem.input}". ${listed('Its inputs are', problem.known, 'It has no inputs.')}`,
    'missing-input': (problem) =>
      `expected ${problem.expected}, got nothing. ${sources(problem.expected, problem.givenBy)}`,
    'bad-link': (problem) =>
      `expected a source written "node.output", got ${problem.got}. Name the node and its output.`,
    'unknown-source': (problem) =>
      `there is no node "${problem.source}".${didYouMean(problem.similar)} Connect it to a node of this workflow.`,
    'unknown-output': (problem) =>
      `node "${problem.source}" has no output "${problem.output}". ${listed('Its outputs are', problem.known, 'It has no outputs.')}`,
    'wrong-link-type': (problem) =>
      `expected ${problem.expected}, got ${problem.got} from "${problem.source}.${problem.output}". ${
        problem.between.length > 0
          ? `Put ${orList(problem.between)} between them.`
          : sources(problem.expected, problem.givenBy)
      }`,
    'unknown-param': (problem) =>
      `it has no param "${problem.param}". ${listed('Its params are', problem.known, 'It has no params.')}`,
    'wrong-param': (problem) => `expected ${expectation(problem)}, got ${problem.got}.`,
    'conflicting-params': ({ problem }) => problem,
    'newer-plugin': ({ plugin, version, installed }) =>
      `The workflow is of ${plugin} ${version}, and ${installed} is installed, which may not know all of its nodes and settings. ` +
      `Update it: unclip plugins add ${plugin}@${version}`,
    'unread-text': (problem) => `"${problem.text}" ${problem.advice}`,
    'no-bypass': (problem) =>
      `is bypassed, but no connected input of type ${problem.outputType} can stand in for its output "${problem.output}". Switch the bypass off, or connect such an input.`,
    'file-problem': (problem) => problem.problem,
    'missing-output': (problem) => `node "${problem.source}" has no value at "${problem.output}". ${problem.problem}`,
    'input-without-param': (problem) =>
      `Workflow input "${problem.name}": there is no param "${problem.place}". Name a param of a node as "node.param", or remove the input.`,
    'input-of-unlike-params': (problem) =>
      `Workflow input "${problem.name}": the params ${problem.places.map((place) => `"${place}"`).join(' and ')} do not take the same values. Make two inputs of them.`,
    'no-such-input': (problem) =>
      `The workflow has no input "${problem.name}".${didYouMean(problem.similar)} ${listed('Its inputs are', problem.known, 'It has no inputs; add "inputs" to the workflow to name some.')}`,
    'wrong-input': (problem) =>
      `Workflow input "${problem.name}": expected ${expectation(problem)}, got ${problem.got}.`,
    cycle: (problem) =>
      `The nodes ${chain(problem.nodes)}${inSubgraph(problem)} form a cycle. Remove one of these links.`,
    'subgraph-cycle': (problem) =>
      `The subgraphs ${chain(problem.subgraphs)} contain each other in a cycle. Take one of them out of the other.`,
    'subgraph-port': (problem) =>
      `Subgraph "${problem.subgraph}", ${problem.kind} "${problem.name}": expected ${problem.expected}, got ${problem.got ?? `"${problem.place}", which is not there`}. Connect it to something inside, or remove it.`,
    'too-many-nodes': (problem) =>
      `Subgraphs and sweeps make ${counted(problem.count)} nodes of this workflow; the limit is ${problem.limit}. Sweep over fewer values, or use fewer copies.`,
    'too-many-links': (problem) =>
      `Subgraphs make ${counted(problem.count)} links of this workflow; the limit is ${problem.limit}. Use fewer copies.`,
    'too-many-characters': (problem) =>
      `Nested subgraphs make node ids of ${counted(problem.count)} characters in total; the limit is ${problem.limit}. Dissolve some of them.`,
    'more-problems': (problem) =>
      `There are ${problem.count} more problems, which are not listed. Correct these first.`,
    'unknown-target': (problem) =>
      `There is no node "${problem.target}" to run.${didYouMean(problem.similar)} Name a node of this workflow.`,
    'muted-target': (problem) =>
      `Node "${problem.target}" is muted, or reads a muted node, so it cannot be run. Switch the mute off.`,
    'nothing-to-run': () => 'The workflow has no node to run. Add one that saves or shows an image, or name a target.',
  },
};

function expectation({ rule, expected }: Pick<ProblemOf<'wrong-param'>, 'rule' | 'expected'>): string {
  return rule === undefined ? expected : describeRule(rule);
}

/** Beyond 2^53 the digits would be wrong. */
function counted(count: number): string {
  return count > Number.MAX_SAFE_INTEGER ? 'more than 10^15' : String(count);
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

function place({ line, column }: Pick<ProblemOf<'invalid-json'>, 'line' | 'column'>): string {
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
  return givenBy.length === 0 ? `No node type outputs ${type}.` : `Connect ${orList(givenBy)}.`;
}

function orList(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
