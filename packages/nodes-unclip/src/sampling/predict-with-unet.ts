import type { Checkpoint } from '../checkpoint.js';
import type { InferenceService } from '../services.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import type { UnetQuestion } from './denoise.js';

/** Asks the checkpoint's UNet once. @returns float32 [n, 4, h, w]: the noise, or whatever the model was trained to predict */
export async function predictWithUnet(
  checkpoint: Checkpoint,
  inference: InferenceService,
  { sample, timestep, encoderHiddenStates, classLabels }: UnetQuestion,
): Promise<Tensor> {
  const { n = 0, h = 0, w = 0 } = bindDims('UNet sample', sample, `n ${checkpoint.latentChannels} h w`);
  const { t = 0 } = bindDims('UNet prompt', encoderHiddenStates, `${n} t ${checkpoint.unet.crossAttentionDim}`);
  const { out_sample: predicted } = await inference.run(checkpoint.unetModel({ n, h, w, t }), {
    sample,
    timestep: tensor([1], Float32Array.of(timestep)),
    encoder_hidden_states: encoderHiddenStates,
    class_labels: classLabels,
  });
  if (predicted === undefined) throw new Error('Internal error: the UNet has no output out_sample');
  return predicted;
}
