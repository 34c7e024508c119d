import { WORKFLOW_FORMAT, WORKFLOW_VERSION, type Workflow } from '@unclip-studio/graph-core';

/** Where the workflow of {@link imageEmbeddingWorkflow} has its result, and which param names its checkpoint. */
export const IMAGE_EMBEDDING = { target: 'embed', output: 'embed', loader: 'model', param: 'checkpoint' } as const;

/**
 * A workflow whose one result is what a checkpoint's image encoder sees in an image. Its nodes are those that users have, so an
 * embedding that was computed in a run of theirs is the same result.
 */
export function imageEmbeddingWorkflow(checkpoint: string, image: string): Workflow {
  return {
    format: WORKFLOW_FORMAT,
    version: WORKFLOW_VERSION,
    nodes: {
      [IMAGE_EMBEDDING.loader]: { type: 'LoadModel', params: { [IMAGE_EMBEDDING.param]: checkpoint } },
      picture: { type: 'LoadImage', params: { image } },
      [IMAGE_EMBEDDING.target]: {
        type: 'CLIPImageEmbed',
        inputs: { vision: `${IMAGE_EMBEDDING.loader}.vision`, image: 'picture.image' },
      },
    },
  };
}
