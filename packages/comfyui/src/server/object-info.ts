import { type ComfyChoices, comfyClasses } from '../comfy-classes.js';

/** What there is to build with, as ComfyUI's server tells it: every class that an import has a counterpart for. */
export function objectInfo(choices: ComfyChoices): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(comfyClasses(choices)).map(([name, { required, optional, output, category, isOutput = false }]) => [
      name,
      {
        input: { required, ...(optional && { optional }) },
        input_order: { required: Object.keys(required), ...(optional && { optional: Object.keys(optional) }) },
        output,
        output_is_list: output.map(() => false),
        output_name: output,
        name,
        display_name: name,
        description: '',
        python_module: 'nodes',
        category,
        output_node: isOutput,
      },
    ]),
  );
}
