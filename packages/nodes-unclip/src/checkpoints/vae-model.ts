import type { VaeConfig } from '../models/configs.js';
import type { LatentFormat, VaeModel } from '../models/model.js';
import { buildTinyVaeDecoder, buildTinyVaeEncoder, type TinyVaeConfig } from '../models/tiny-vae.js';
import { buildVaeDecoder } from '../models/vae.js';
import { buildVaeEncoder } from '../models/vae-encoder.js';
import { vaeDecoderWorkingBytes, vaeEncoderWorkingBytes } from '../models/working-memory.js';
import { mergeComponent } from './merge-component.js';
import { modelRequester } from './model-requester.js';
import type { WeightComponent } from './open-component.js';
import { FORMULATION } from './open-family.js';

/** The latents of a VAE, with their additional properties. */
export function vaeLatents(
  { config, identity }: WeightComponent<VaeConfig>,
  beside: Pick<LatentFormat, 'typicalSide' | 'preview'>,
): LatentFormat {
  return {
    channels: config.latentChannels,
    pixelsPerCell: 2 ** (config.blockOutChannels.length - 1),
    scalingFactor: config.scalingFactor,
    vae: identity,
    ...beside,
  };
}

/** An AutoencoderKL. */
export function vaeModel(name: string, vae: WeightComponent<VaeConfig>, latents: LatentFormat): VaeModel {
  const request = modelRequester(FORMULATION);
  return {
    ...{ name, latents, identity: vae.identity, config: vae.config, encodesTo: 'distribution' },
    source: { ...vae, applied: [] },
    merge(factor, others) {
      const { component } = mergeComponent(vae, [{ model: this, factor }, ...others]);
      return vaeModel(name, component, { ...latents, vae: component.identity });
    },
    decoder: (shape, options) =>
      request('vae decoder', vae, {
        shape: `n=${shape.n} h=${shape.h} w=${shape.w}`,
        ...options,
        workingBytes: vaeDecoderWorkingBytes(vae.config, shape),
        describe: (builder, config) => buildVaeDecoder(builder, config, shape),
      }),
    encoder: (shape, options) =>
      request('vae encoder', vae, {
        shape: `n=${shape.n} H=${shape.heightPx} W=${shape.widthPx}`,
        ...options,
        workingBytes: vaeEncoderWorkingBytes(vae.config, shape),
        describe: (builder, config) => buildVaeEncoder(builder, config, shape),
      }),
  };
}

/** An AutoencoderTiny. */
export function tinyVaeModel(
  name: string,
  vae: WeightComponent<TinyVaeConfig>,
  beside: Pick<LatentFormat, 'typicalSide' | 'preview'>,
): VaeModel {
  const request = modelRequester(FORMULATION);
  const { config, identity } = vae;
  const widths = (levels: TinyVaeConfig['encoder']) => ({ blockOutChannels: levels.map(({ channels }) => channels) });
  return {
    ...{ name, identity, config, encodesTo: 'latents' },
    source: { ...vae, applied: [] },
    merge(factor, others) {
      return tinyVaeModel(name, mergeComponent(vae, [{ model: this, factor }, ...others]).component, beside);
    },
    latents: {
      channels: config.latentChannels,
      pixelsPerCell: 2 ** (config.decoder.length - 1),
      scalingFactor: config.scalingFactor,
      takesAnyScale: true,
      vae: identity,
      ...beside,
    },
    decoder: (shape, options) =>
      request('tiny vae decoder', vae, {
        shape: `n=${shape.n} h=${shape.h} w=${shape.w}`,
        ...options,
        workingBytes: vaeDecoderWorkingBytes(widths(config.decoder.toReversed()), shape),
        describe: (builder) => buildTinyVaeDecoder(builder, config, shape),
      }),
    encoder: (shape, options) =>
      request('tiny vae encoder', vae, {
        shape: `n=${shape.n} H=${shape.heightPx} W=${shape.widthPx}`,
        ...options,
        workingBytes: vaeEncoderWorkingBytes(widths(config.encoder), shape),
        describe: (builder) => buildTinyVaeEncoder(builder, config, shape),
      }),
  };
}
