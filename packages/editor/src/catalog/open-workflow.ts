import { catalogOf, migrateNodes, type Workflow } from '@unclip-studio/graph-core';
import type { WorkflowDocument } from '../document/document.js';
import { USUAL_SIZE } from '../document/place-in-columns.js';
import { readDocument } from '../document/read-document.js';
import { layoutCard } from './card-layout.js';
import type { EditorCatalog } from './definitions.js';

/** Takes a workflow into the editor, in the form that its nodes have here; those without a place get one of their own. */
export function openWorkflow(workflow: Workflow, catalog: EditorCatalog): WorkflowDocument {
  const migrated = migrateNodes(workflow, catalog);
  const { types } = catalogOf(migrated, catalog);
  return readDocument(migrated, (node, looks) => {
    const definition = types.get(node.type);
    return definition === undefined ? USUAL_SIZE : layoutCard(definition, looks, node);
  });
}
