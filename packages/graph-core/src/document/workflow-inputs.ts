import type { Catalog } from '../definition/catalog.js';
import { expectationOf } from '../definition/check-param.js';
import { similarNames } from '../definition/names.js';
import type { Param } from '../definition/params.js';
import { MAX_PROBLEMS, MAX_SUGGESTIONS } from '../limits.js';
import { canonicalJson } from './canonical-json.js';
import { type Diagnostic, limitProblems, shortName } from './diagnostics.js';
import { ownEntry, ownNode } from './graph.js';
import { describeValue } from './parse-workflow.js';
import { failure, type Result, success } from './result.js';
import { catalogOf } from './subgraph-catalog.js';
import { parseLink, setParams, type Workflow } from './workflow.js';

/** A workflow's input with all that a form, a program or an error message needs to know of it. */
export interface DescribedInput {
  readonly name: string;
  /** The label of the field. */
  readonly label: string;
  readonly help: string;
  /** The params that get the value, each written `node.param`. */
  readonly to: readonly string[];
  /** Kind and limits of the value, from the first param. */
  readonly param: Param;
  /** What the workflow holds now. */
  readonly value: unknown;
}

/** A param of a node of the workflow. */
export interface ParamPlace {
  readonly node: string;
  readonly name: string;
  readonly param: Param;
  /** What the workflow holds now, the default if it holds nothing. */
  readonly value: unknown;
}

/** The param that `node.param` names; `undefined` if the workflow has none such. */
export function findParam(
  workflow: Pick<Workflow, 'nodes' | 'subgraphs'>,
  catalog: Catalog,
  place: string,
): ParamPlace | undefined {
  const link = parseLink(place);
  const node = link && ownNode(workflow, link.node);
  if (link === undefined || node === undefined) return undefined;
  const params = catalogOf(workflow, catalog).types.get(node.type)?.params ?? {};
  const param = Object.hasOwn(params, link.output) ? params[link.output] : undefined;
  if (param === undefined) return undefined;
  return { node: link.node, name: link.output, param, value: ownEntry(node.params, link.output) ?? param.default };
}

/** The workflow's inputs in the order of a form. Inputs that name no param are left out; validation reports them. */
export function describeInputs(workflow: Workflow, catalog: Catalog): readonly DescribedInput[] {
  const inOrder = Object.entries(workflow.inputs ?? {}).sort(
    ([, a], [, b]) => (a.order ?? Number.POSITIVE_INFINITY) - (b.order ?? Number.POSITIVE_INFINITY) || 0,
  );
  return inOrder.flatMap(([name, { to, label, help }]) => {
    const places = to.map((one) => findParam(workflow, catalog, one));
    const [place] = places;
    if (place === undefined || places.includes(undefined)) return [];
    const { param, value } = place;
    return [{ name, label: label ?? name, help: help ?? param.help, to, param, value }];
  });
}

/**
 * Inputs for a form of a workflow that has none of its own: its images, then its prompts, then how many images it
 * makes. Each is named as its param, `node.param`.
 */
export function suggestInputs(workflow: Workflow, catalog: Catalog): NonNullable<Workflow['inputs']> {
  const { types } = catalogOf(workflow, catalog);
  const found: readonly Suggested[] = Object.entries(workflow.nodes)
    .filter(([, node]) => node.mode === undefined)
    .flatMap(([id, node]) => {
      const definition = types.get(node.type);
      const title = node.title ?? definition?.title ?? node.type;
      return Object.entries(definition?.params ?? {}).flatMap(([name, param]) => {
        const rank = rankInForm(name, param);
        if (rank === undefined || ownEntry(node.inputs, name) !== undefined) return [];
        return [{ place: `${id}.${name}`, id, title, label: param.label ?? name, rank }];
      });
    })
    .sort((a, b) => a.rank - b.rank);
  // As little as tells them apart: the label, that of the node with it, its id with both.
  const texts = [
    ({ label }: Suggested) => label,
    ({ title, label }: Suggested) => `${title}: ${label}`,
    ({ id, title, label }: Suggested) => `${title} (${id}): ${label}`,
  ];
  const textOf = (one: Suggested) => {
    const isAlone = (text: (other: Suggested) => string) => found.every((o) => o === one || text(o) !== text(one));
    return (texts.find(isAlone) ?? (({ place }: Suggested) => place))(one);
  };
  return Object.fromEntries(found.map((one, order) => [one.place, { to: [one.place], label: textOf(one), order }]));
}

interface Suggested {
  readonly place: string;
  readonly id: string;
  readonly title: string;
  readonly label: string;
  readonly rank: number;
}

/** `undefined`: not for a form that nobody has made. */
function rankInForm(name: string, param: Param): number | undefined {
  if (param.kind === 'image') return 0;
  if (param.kind === 'text' && /prompt$/i.test(name)) return 1;
  return param.kind === 'integer' && name === 'count' ? 2 : undefined;
}

/** Finds every input that names no param, or params that do not take the same values. */
export function checkInputs(workflow: Workflow, catalog: Catalog): readonly Diagnostic[] {
  return Object.entries(workflow.inputs ?? {}).flatMap(([name, { to }]): readonly Diagnostic[] => {
    const missing = to.filter((place) => findParam(workflow, catalog, place) === undefined);
    if (missing.length > 0) return missing.map((place) => ({ code: 'input-without-param', name, place }));
    const [first, ...others] = to;
    const other = others.find((place) => limitsAt(workflow, catalog, place) !== limitsAt(workflow, catalog, first));
    return other === undefined ? [] : [{ code: 'input-of-unlike-params', name, places: [first ?? '', other] }];
  });
}

/**
 * Puts values into the params that the workflow's inputs name.
 *
 * @param values input -> value
 * @returns the workflow with them, or every value that does not fit and every name that is not an input
 */
export function applyInputs(
  workflow: Workflow,
  values: Readonly<Record<string, unknown>>,
  catalog: Catalog,
): Result<Workflow> {
  const inputs = new Map(describeInputs(workflow, catalog).map((input) => [input.name, input]));
  const problems: Diagnostic[] = [];
  const fitting: { readonly node: string; readonly name: string; readonly value: unknown }[] = [];
  for (const [name, value] of Object.entries(values)) {
    const input = inputs.get(name);
    if (input === undefined) {
      problems.push({
        code: 'no-such-input',
        name: shortName(name),
        similar: problems.length < MAX_SUGGESTIONS ? similarNames(name, inputs.keys()) : [],
        known: [...inputs.keys()].slice(0, MAX_PROBLEMS),
      });
      continue;
    }
    const expectation = expectationOf(input.param, value);
    if (expectation !== undefined)
      problems.push({ code: 'wrong-input', name, ...expectation, got: describeValue(value) });
    else for (const place of placesOf(input)) fitting.push({ ...place, value });
  }
  return problems.length > 0 ? failure(...limitProblems(problems)) : success(setParams(workflow, fitting));
}

/** The workflow with one of its inputs set; the value has been checked. */
export function setInput(workflow: Workflow, { to }: Pick<DescribedInput, 'to'>, value: unknown): Workflow {
  return setParams(
    workflow,
    placesOf({ to }).map((place) => ({ ...place, value })),
  );
}

function placesOf({ to }: Pick<DescribedInput, 'to'>): readonly { readonly node: string; readonly name: string }[] {
  return to.flatMap((place) => {
    const link = parseLink(place);
    return link === undefined ? [] : [{ node: link.node, name: link.output }];
  });
}

/** What the values of a param may be; equal texts take equal values. */
function limitsAt(workflow: Workflow, catalog: Catalog, place = ''): string {
  const limits: Record<string, unknown> = { ...findParam(workflow, catalog, place)?.param };
  for (const wording of ['label', 'help', 'default', 'unit', 'step', 'multiline']) delete limits[wording];
  return canonicalJson(limits);
}
