import type { ModelSampling, UnetModel } from '../models/model.js';

/** The same UNet, whose answers are read as `sampling` says. Of two the later one counts. */
export function withSampling(unet: UnetModel, sampling: ModelSampling): UnetModel {
  const { predicts, zeroTerminalSnr } = sampling;
  return {
    ...unet,
    sampling,
    scheduler: {
      ...unet.scheduler,
      prediction_type: predicts === 'lcm' ? 'epsilon' : predicts,
      rescale_betas_zero_snr: zeroTerminalSnr,
    },
    identity: `${unet.identity} sampling:${predicts}${zeroTerminalSnr ? '+zero-snr' : ''}`,
    adapt: (adapter) => withSampling(unet.adapt(adapter), sampling),
    merge: (factor, others) => withSampling(unet.merge(factor, others), sampling),
  };
}

/** The same UNet, which redraws each cell from the step on that its mask says. Of two the later one counts. */
export function withDifferential(unet: UnetModel, strength: number): UnetModel {
  return {
    ...unet,
    differential: strength,
    identity: `${unet.identity} differential:${strength}`,
    adapt: (adapter) => withDifferential(unet.adapt(adapter), strength),
    merge: (factor, others) => withDifferential(unet.merge(factor, others), strength),
  };
}

/** The same UNet, whose guided predictions are rescaled. Of two the later one counts. */
export function withGuidanceRescale(unet: UnetModel, guidanceRescale: number): UnetModel {
  return {
    ...unet,
    guidanceRescale,
    identity: `${unet.identity} guidance-rescale:${guidanceRescale}`,
    adapt: (adapter) => withGuidanceRescale(unet.adapt(adapter), guidanceRescale),
    merge: (factor, others) => withGuidanceRescale(unet.merge(factor, others), guidanceRescale),
  };
}
