import type { JsonObject } from '../../json-object.js';
import { fileProblems } from '../checkpoint-error.js';
import type { TensorFile } from '../stored-tensor.js';
import { otherKindIn } from '../weight-kind.js';
import type { ComponentForm } from './component-file.js';
import { autoencoderConfig, deriveVaeConfig, LDM_VAE_PREFIX, renameLdmVae } from './ldm-vae.js';
import type { Shapes } from './shapes.js';
import { findTinyVaeForm } from './tiny-vae-file.js';

/**
 * The form of a VAE in one file: with LDM names, with or without the prefix that they have in a whole checkpoint; with
 * diffusers' names; or a TAESD.
 *
 * @throws CheckpointError if the file holds no VAE
 */
export function vaeFileForm(file: TensorFile): ComponentForm {
  const {
    path,
    header: { tensors },
  } = file;
  const has = (name: string) => tensors.has(name);
  const [prefix] = ['', LDM_VAE_PREFIX, 'vae.'].filter((start) => has(`${start}decoder.conv_in.weight`));
  if (prefix !== undefined) {
    requireChannels(path, tensors.get(`${prefix}decoder.conv_in.weight`)?.shape[1]);
    const isLdm = has(`${prefix}decoder.mid.block_1.conv1.weight`);
    return {
      prefix,
      rename: (all, shapes) => {
        const own = all.filter(({ name }) => !isTrainingState(name));
        return isLdm ? renameLdmVae(own, shapes) : own;
      },
      deriveConfig: isLdm ? deriveVaeConfig : deriveDiffusersConfig,
    };
  }
  const tiny = findTinyVaeForm(file);
  if (tiny !== undefined) {
    requireChannels(path, tiny.latentChannels);
    if (tiny.hasEncoder) return tiny;
    throw fileProblems(path, ['this is the decoder of a TAESD alone, which previews can be drawn with'], {
      fault: 'wrong-kind',
      cure: 'Put it into the folder "vae_approx", and take a TAESD with an encoder here, such as madebyollin/taesd',
    });
  }
  const other = otherKindIn(file, 'vae');
  const problem =
    other === undefined
      ? 'expected the tensors of a VAE, such as "decoder.conv_in.weight", got none'
      : `expected a VAE, got ${other}`;
  throw fileProblems(path, [problem], { fault: 'wrong-kind', cure: 'Choose another file' });
}

/** Later models have other layers as well; listing those would tell users less. */
function requireChannels(path: string, latentChannels: number | undefined): void {
  if (latentChannels !== 16) return;
  throw fileProblems(
    path,
    [
      'expected a VAE for Stable Diffusion 1 or 2, with 4 latent channels, got one with 16, as Stable Diffusion 3 and Flux have',
    ],
    { fault: 'other-model', cure: 'Choose another VAE, such as vae-ft-mse-840000-ema-pruned' },
  );
}

/** Left over from the training of a VAE. */
function isTrainingState(name: string): boolean {
  return /^(?:loss|model_ema|discriminator)\./.test(name);
}

/** Of a VAE of Stable Diffusion with diffusers' names. */
function deriveDiffusersConfig(shapes: Shapes): JsonObject {
  const firstConv = (level: number) => `encoder.down_blocks.${level}.resnets.0.conv1.weight`;
  return autoencoderConfig(shapes, {
    channels: Array.from({ length: shapes.count(firstConv) }, (_, level) => shapes.dim(firstConv(level), 0)),
    layers: shapes.count((layer) => `encoder.down_blocks.0.resnets.${layer}.conv1.weight`),
  });
}
