import { mapFileNames, type Workflow } from '@unclip-studio/graph-core';
import type { EditorCatalog } from './definitions.js';

/** The images that a workflow names, each once; also inside of subgraphs. */
export function imageReferences(workflow: Workflow, catalog: EditorCatalog): readonly string[] {
  const found = new Set<string>();
  mapImages(workflow, catalog, (reference) => {
    found.add(reference);
    return reference;
  });
  return [...found];
}

/** The workflow with other names for its images. */
export function mapImages(workflow: Workflow, catalog: EditorCatalog, change: (reference: string) => string): Workflow {
  return mapFileNames(workflow, catalog, (name, kind) => (kind === 'image' ? change(name) : name));
}
