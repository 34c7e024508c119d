import type { EvaluableNode, Plan, PlannedNode } from '@unclip-studio/graph-core';
import type {
  BuiltModel,
  Checkpoint,
  CheckpointService,
  ModelRequest,
  UnclipServices,
  UnetModel,
} from '@unclip-studio/nodes-unclip';
import { needsOfModels } from '../services/model-needs.js';

type PlannedNodes = Plan<EvaluableNode<UnclipServices>>['nodes'];
type NodeOfPlan = PlannedNode<EvaluableNode<UnclipServices>>;

interface MemoryForecastOptions {
  readonly checkpoints: Pick<CheckpointService, 'open' | 'openPrior'>;
  /** What loaded models may take together; the least recently used one goes first. */
  readonly budgetBytes: number;
}

/**
 * What the models of the nodes that will run take at the most, weights and working memory, estimated: one row for each
 * variation, and the size that the checkpoint was trained for where only a latent tells the size.
 *
 * @param willRun places in `nodes`
 * @returns bytes; `undefined` if no model will run, or a checkpoint cannot be opened
 */
export async function forecastMemory(
  nodes: PlannedNodes,
  willRun: ReadonlySet<number>,
  { checkpoints, budgetBytes }: MemoryForecastOptions,
): Promise<number | undefined> {
  const models = new Map<string, BuiltModel>();
  for (const place of willRun) {
    const node = nodes[place];
    if (node === undefined) continue;
    const requests = await modelsOf(node, nodes, checkpoints).catch(() => undefined);
    // What is wrong with a checkpoint is told by the run's own checks, with all its words.
    if (requests === undefined) return undefined;
    for (const request of requests) if (!models.has(request.key)) models.set(request.key, request.build());
  }
  if (models.size === 0) return undefined;
  const { togetherBytes, largestBytes } = needsOfModels([...models.values()]);
  return Math.round(Math.max(largestBytes, Math.min(togetherBytes, budgetBytes)));
}

/** The models that a node asks for. */
async function modelsOf(
  node: NodeOfPlan,
  nodes: PlannedNodes,
  checkpoints: MemoryForecastOptions['checkpoints'],
): Promise<readonly ModelRequest[]> {
  const open = async (port: string): Promise<Checkpoint> =>
    checkpoints.open(String(sourceOf(node, port, nodes)?.params['checkpoint']));
  switch (node.definition.type) {
    case 'CLIPImageEmbed': {
      const checkpoint = await open('vision');
      return checkpoint.seesPictures ? [checkpoint.vision.request()] : [];
    }
    case 'TextEncode':
      return [(await open('text')).text.request()];
    case 'UNetSample': {
      const checkpoint = await open('unet');
      const rows = Number(node.params['count']) * (Number(node.params['guidanceScale']) > 1 ? 2 : 1);
      const t = checkpoint.text.config.maxPositionEmbeddings;
      return [checkpoint.unet.request({ n: rows, ...sizeDrawnBy(node, checkpoint.unet), t })];
    }
    case 'VAEDecode': {
      const checkpoint = await open('vae');
      const sampler = sourceOf(node, 'latent', nodes);
      return [checkpoint.vae.decoder({ n: 1, ...sizeDrawnBy(sampler, checkpoint.unet) })];
    }
    case 'VAEEncode': {
      const { unet, vae } = await open('vae');
      const sidePx = unet.config.sampleSize * vae.latents.pixelsPerCell;
      return [vae.encoder({ n: 1, heightPx: sidePx, widthPx: sidePx })];
    }
    case 'ImagePrior': {
      const prior = await checkpoints.openPrior(String(sourceOf(node, 'prior', nodes)?.params['checkpoint']));
      return [prior.textModel(), prior.priorModel({ n: 2 })];
    }
    default:
      return [];
  }
}

function sourceOf(node: NodeOfPlan, port: string, nodes: PlannedNodes): NodeOfPlan | undefined {
  const source = node.inputs.find(({ input }) => input === port)?.source;
  return source === undefined ? undefined : nodes[source];
}

/** In latent cells. */
function sizeDrawnBy(node: NodeOfPlan | undefined, { config, latents }: UnetModel) {
  const cells = (param: string) => {
    const sidePx = node?.definition.type === 'UNetSample' ? Number(node.params[param]) : 0;
    return sidePx === 0 ? config.sampleSize : Math.floor(sidePx / latents.pixelsPerCell);
  };
  return { h: cells('height'), w: cells('width') };
}
