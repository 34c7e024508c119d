import type { ComfyNode } from './comfy-graph.js';
import type { Conversion } from './conversion.js';
import { clamp, numberOf } from './rules/value-readers.js';

/** Nodes that pass through everything but the samples of their input latent, and the input they read it from. */
const CARRIERS: Readonly<Record<string, string>> = {
  ...{ KSampler: 'latent_image', KSamplerAdvanced: 'latent_image', RepeatLatentBatch: 'samples' },
  ...{ LatentUpscale: 'samples', LatentUpscaleBy: 'samples', LatentFromBatch: 'samples' },
  ...{ LatentCrop: 'samples', LatentFlip: 'samples', LatentRotate: 'samples', LatentMultiply: 'samples' },
  ...{ LatentAdd: 'samples1', LatentSubtract: 'samples1', LatentInterpolate: 'samples1', LatentBlend: 'samples1' },
  ...{ LatentBatch: 'samples1', LatentComposite: 'samples_to' },
};

/** The input of a node whose latent's mask and numbers it passes through, if it does. */
export function carrierInput(type: string): string | undefined {
  return Object.hasOwn(CARRIERS, type) ? CARRIERS[type] : undefined;
}

/** Some of a batch of so many. @see ComfyUI 0.3.64, nodes.py, LatentFromBatch */
export function partOfBatch({ values }: ComfyNode, batch: number) {
  const first = Math.trunc(clamp(numberOf(values['batch_index'], 0), 0, Math.max(batch - 1, 0)));
  return { first, length: Math.trunc(clamp(numberOf(values['length'], 1), 1, Math.max(batch - first, 1))) };
}

interface Batch {
  /** How many there are, as far as the graph says it. */
  readonly size: number;
  /** Which of a larger batch the first one was, by whose number a sampler draws its noise. */
  readonly first?: number;
}

/** The index in the batch of the first of some latents, if a LatentFromBatch selected them, also upstream. */
export function firstInBatch(node: ComfyNode, conversion: Conversion): number | undefined {
  const way = new Set<ComfyNode>();
  for (let at: ComfyNode | undefined = node; at !== undefined && !way.has(at); ) {
    way.add(at);
    const input: string | undefined = at.type === 'SetLatentNoiseMask' ? 'samples' : carrierInput(at.type);
    at = input === undefined ? undefined : conversion.source(at, input)?.node;
  }
  return [...way].reduceRight<Batch>(batchBehind, { size: Number.POSITIVE_INFINITY }).first;
}

function batchBehind(batch: Batch, node: ComfyNode): Batch {
  switch (node.type) {
    case 'EmptyLatentImage':
      return { size: Math.max(numberOf(node.values['batch_size'], 1), 1) };
    case 'RepeatLatentBatch':
      return { ...batch, size: batch.size * Math.max(numberOf(node.values['amount'], 1), 1) };
    case 'LatentFromBatch': {
      const { first, length } = partOfBatch(node, batch.size);
      return { size: length, first: (batch.first ?? 0) + first };
    }
    // It numbers the images of both by itself.
    case 'LatentBatch':
      return { size: Number.POSITIVE_INFINITY };
    default:
      return batch;
  }
}
