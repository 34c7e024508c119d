import { WORKFLOW_FORMAT, WORKFLOW_VERSION, type Workflow } from '@unclip-studio/graph-core';

/** A workflow with one result, where that is, and which param names its checkpoint. */
export interface ImageEmbeddingWorkflow {
  readonly workflow: Workflow;
  readonly target: string;
  readonly output: string;
  readonly loader: string;
  readonly param: string;
}

/**
 * The workflow that computes the CLIP embedding of an image with a checkpoint's image encoder. It uses the same nodes
 * as users do, so an embedding that was computed in one of their runs is the same result.
 */
export function imageEmbedding(checkpoint: string, image: string): ImageEmbeddingWorkflow {
  const place = { target: 'embed', output: 'embed', loader: 'model', param: 'checkpoint' } as const;
  return {
    ...place,
    workflow: {
      format: WORKFLOW_FORMAT,
      version: WORKFLOW_VERSION,
      nodes: {
        [place.loader]: { type: 'LoadModel', params: { [place.param]: checkpoint } },
        picture: { type: 'LoadImage', params: { image } },
        [place.target]: {
          type: 'CLIPImageEmbed',
          inputs: { vision: `${place.loader}.vision`, image: 'picture.image' },
        },
      },
    },
  };
}
