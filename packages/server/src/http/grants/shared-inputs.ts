import {
  type Catalog,
  type DescribedInput,
  describeInputs,
  findParam,
  suggestInputs,
  type Workflow,
} from '@unclip-studio/graph-core';
import { LANGUAGES, type Language } from '@unclip-studio/protocol';
import { type TranslatedParts, translatedCatalog } from '../translated-nodes.js';

/**
 * The fields of a shared form. A checkpoint can only be the saved one: visitors must not learn which others are
 * installed.
 *
 * @param language of labels and help that are those of the nodes; what the author has written stays
 */
export async function sharedInputs(
  workflow: Workflow,
  parts: TranslatedParts,
  language: Language,
): Promise<readonly DescribedInput[]> {
  const shown = await translatedCatalog(parts, language);
  const labelOf = await labelsOfNodes(workflow, parts, shown);
  return describeInputs(workflow, shown).map((described) => {
    const input = { ...described, label: labelOf(described), to: [] };
    const { param, value } = input;
    if (param.kind !== 'checkpoint') return input;
    const only = typeof value === 'string' ? value : '';
    const { help, label } = param;
    return {
      ...input,
      param: { kind: 'choice', help, ...(label === undefined ? {} : { label }), default: only, options: [only] },
    };
  });
}

/**
 * The editor writes the label of a param into the workflow when it becomes an input, in the language of its page. So a label
 * that a param has in any language is not one that the author has written.
 */
async function labelsOfNodes(
  workflow: Workflow,
  parts: TranslatedParts,
  shown: Catalog,
): Promise<(input: DescribedInput) => string> {
  const languages = Object.keys(LANGUAGES) as Language[];
  const catalogs = await Promise.all(languages.map((language) => translatedCatalog(parts, language)));
  const ready = catalogs.map((catalog) => labelsIn(workflow, catalog));
  const translated = labelsIn(workflow, shown);
  return ({ label, to: [place = ''] }) => {
    for (const kind of ['ofParam', 'suggested'] as const) {
      if (ready.some((labels) => labels[kind](place) === label)) return translated[kind](place) ?? label;
    }
    // An input without a label has its name, which may be that of its param, numbered if others have it too.
    const [, name, number = ''] = /^(.*?)(\d*)$/.exec(label) ?? [];
    const own = place.endsWith(`.${name}`) ? translated.ofParam(place) : undefined;
    return own === undefined ? label : `${own} ${number}`.trim();
  };
}

function labelsIn(workflow: Workflow, catalog: Catalog) {
  const suggested = suggestInputs(workflow, catalog);
  return {
    ofParam(place: string): string | undefined {
      const found = findParam(workflow, catalog, place);
      return found && (found.param.label ?? found.name);
    },
    /** With the title of the node, where several have the same label. */
    suggested: (place: string) => (Object.hasOwn(suggested, place) ? suggested[place]?.label : undefined),
  };
}
