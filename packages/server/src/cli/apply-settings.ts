import {
  type Catalog,
  catalogOf,
  describeInputs,
  findParam,
  setInput,
  similarNames,
  type Workflow,
} from '@unclip-studio/graph-core';
import { MAX_VARIANTS } from '../limits.js';
import { type FoundSetting, type ReadValue, readSettingValues, type SettingsContext } from './read-setting-values.js';

/** `NODE.PARAM=VALUE` or `INPUT=VALUE`, and the option it came with. */
export interface SettingText {
  readonly option: '--set' | '--input';
  readonly text: string;
}

/** A workflow with one value for each setting. */
export interface WorkflowVariant {
  readonly workflow: Workflow;
  /** The settings that have several values, with the one which this variant has; in the order in which they were given. */
  readonly varied: readonly { readonly name: string; readonly shown: string }[];
}

/** The workflows that settings make of one, and the errors of those left out. */
export interface AppliedSettings {
  /** At least one. */
  readonly variants: readonly WorkflowVariant[];
  readonly problems: readonly string[];
  /** Messages about requested images that cannot be used; the variants leave them out. */
  readonly leftOut: readonly string[];
}

/**
 * Puts settings into a workflow. The param's kind decides how VALUE is read; an image's is a path, and the workflow gets
 * its file name only, so that it says nothing of the operator's folders. Settings with several values make a workflow
 * for each combination, the last of them changing fastest.
 */
export async function applySettings(
  original: Workflow,
  settings: readonly SettingText[],
  context: SettingsContext,
): Promise<AppliedSettings> {
  let variants: readonly WorkflowVariant[] = [{ workflow: original, varied: [] }];
  const problems: string[] = [];
  const leftOut: string[] = [];
  for (const { option, text } of settings) {
    const setting = findSetting(original, { option, text }, context.catalog);
    const values = typeof setting === 'string' ? setting : await readSettingValues(original, setting, context);
    if (typeof values === 'string') problems.push(`${option} ${text}: ${values}`);
    else if (typeof setting !== 'string') {
      variants = combine(variants, setting, values);
      leftOut.push(...values.flatMap((value) => value.leftOut ?? []));
    }
    if (variants.length > MAX_VARIANTS) {
      problems.push(
        `${option} ${text}: together the settings ask for more than ${MAX_VARIANTS} runs. Give fewer values.`,
      );
      return { variants: variants.slice(0, 1), problems, leftOut };
    }
  }
  return { variants, problems, leftOut };
}

function combine(
  variants: readonly WorkflowVariant[],
  setting: FoundSetting,
  values: readonly ReadValue[],
): readonly WorkflowVariant[] {
  return variants.flatMap(({ workflow, varied }) =>
    values.map(({ value, shown }) => ({
      workflow: setInput(workflow, setting, value),
      varied: values.length === 1 ? varied : [...varied, { name: setting.name, shown }],
    })),
  );
}

/** @returns the setting, or a message about what is wrong with it */
function findSetting(workflow: Workflow, { option, text }: SettingText, catalog: Catalog): FoundSetting | string {
  return option === '--input' ? findInput(workflow, text, catalog) : findNodeParam(workflow, text, catalog);
}

function findInput(workflow: Workflow, text: string, catalog: Catalog): FoundSetting | string {
  const match = /^([^=]+)=(.*)$/s.exec(text);
  if (match === null) return 'expected INPUT=VALUE, as in photo=cat.png.';
  const [, name = '', value = ''] = match;
  const inputs = describeInputs(workflow, catalog);
  const input = inputs.find((one) => one.name === name);
  if (input !== undefined) return { name, to: input.to, param: input.param, text: value };
  if (inputs.length === 0) return 'the workflow has no inputs. Use --set NODE.PARAM=VALUE.';
  const names = inputs.map((one) => one.name);
  return `the workflow has no input "${name}". ${suggest('Its inputs are', name, names)}`;
}

function findNodeParam(workflow: Workflow, text: string, catalog: Catalog): FoundSetting | string {
  const { nodes } = workflow;
  const match = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(text);
  if (match === null) return 'expected NODE.PARAM=VALUE, as in sample.steps=30.';
  const [, node = '', name = '', value = ''] = match;
  const type = Object.hasOwn(nodes, node) ? nodes[node]?.type : undefined;
  if (type === undefined) return `there is no node "${node}". ${suggest('The nodes are', node, Object.keys(nodes))}`;
  const definition = catalogOf(workflow, catalog).types.get(type);
  if (definition === undefined)
    return `node "${node}" is of the unknown type "${type}", so its params are unknown too.`;
  const place = `${node}.${name}`;
  const param = findParam(workflow, catalog, place)?.param;
  if (param === undefined) {
    const names = Object.keys(definition.params);
    if (names.length === 0) return `node "${node}" (${type}) has no params.`;
    return `node "${node}" (${type}) has no param "${name}". ${suggest('Its params are', name, names)}`;
  }
  return { name: place, to: [place], param, text: value };
}

function suggest(words: string, name: string, names: readonly string[]): string {
  const similar = similarNames(name, names).map((candidate) => `"${candidate}"`);
  const all = `${words}: ${names.join(', ')}.`;
  return similar.length === 0 ? all : `Did you mean ${similar.join(' or ')}? ${all}`;
}
