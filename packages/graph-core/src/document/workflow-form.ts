import type { Workflow } from './workflow.js';

/** A workflow, as far as its form is concerned. */
interface FormOf extends Pick<Workflow, 'nodes'> {
  readonly form?: Workflow['form'] | undefined;
}

/**
 * Whether the form of a workflow shows the results of a node, also of one that it stands for, such as `outer/save`. A form
 * that names no node which there is shows all of them.
 *
 * @param node its id in the file, or in a run
 */
export function formShows({ form, nodes }: FormOf, node: string): boolean {
  // A file may hold anything under a key that this version added.
  const outputs: unknown = form?.outputs;
  const shown = Array.isArray(outputs)
    ? outputs.filter((id) => typeof id === 'string' && Object.hasOwn(nodes, id))
    : [];
  return shown.length === 0 || shown.includes(node.replace(/[/@].*$/s, ''));
}
