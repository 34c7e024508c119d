import { type EditorCatalog, followCuts, readCatalog } from '@unclip-studio/editor/catalog';
import { DocumentStore, readDocument, type WorkflowDocument } from '@unclip-studio/editor/document';
import { toDefinition, type Workflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';

/** The real node types, as the server publishes them. */
export const catalog: EditorCatalog = readCatalog(unclipNodes.map(toDefinition));

/** A document of the given nodes, with places for all of them. */
export function documentOf(nodes: Workflow['nodes'], layout: Workflow['layout'] = {}): WorkflowDocument {
  return readDocument({ format: 'unclip-workflow', version: 1, nodes, layout });
}

/** A store whose clock moves only when the test says so. */
export function storeOf(document: WorkflowDocument): { readonly store: DocumentStore; wait(ms: number): void } {
  let nowMs = 0;
  const store = new DocumentStore(document, {
    now: () => nowMs,
    follow: (before, after) => followCuts(before, after, catalog),
  });
  return {
    store,
    wait(ms) {
      nowMs += ms;
    },
  };
}

/** The path from image to condition: enough to connect, cut and bypass. */
export const IMAGE_PATH: Workflow['nodes'] = {
  model: { type: 'LoadModel' },
  photo: { type: 'LoadImage', params: { image: 'cat.png' } },
  embed: { type: 'CLIPImageEmbed', inputs: { vision: 'model.vision', image: 'photo.image' } },
  noise: { type: 'NoiseAugment', inputs: { embed: 'embed.embed' }, params: { noiseLevel: 100 } },
};
