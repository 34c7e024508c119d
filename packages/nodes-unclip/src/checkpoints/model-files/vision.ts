import { canonicalJson } from '@unclip-studio/graph-core';
import { type PreprocessConfig, readPreprocessConfig } from '../../image/preprocess-config.js';
import type { VisionModel } from '../../models/model.js';
import { parseJsonFile } from '../../weights/checkpoint-folder.js';
import { preprocessorConfig } from '../../weights/single-file/default-files.js';
import { visionFileForm } from '../../weights/single-file/vision-file.js';
import { unclipSurroundings } from '../beside-vision.js';
import { VISION } from '../component-kinds.js';
import { openComponent } from '../open-component.js';
import { FORMULATION, nameProblems, type OpenFamilyOptions } from '../open-family.js';
import { visionModel } from '../vision-model.js';
import { componentAt, type ModelLocation } from './location.js';

/**
 * Opens a CLIP image encoder. Its embeddings are those of the published unCLIP models, since it has no statistics of
 * its own.
 *
 * @throws CheckpointError that reports all problems with it
 */
export function openVision(
  name: string,
  location: ModelLocation,
  { hash }: Pick<OpenFamilyOptions, 'hash'>,
): Promise<VisionModel> {
  return nameProblems(`CLIP vision "${name}"`, async () => {
    const layout = await componentAt(location, visionFileForm);
    const { path: folder } = location;
    const vision = await openComponent(layout, { ...VISION, folder }, { formulation: FORMULATION, hash });
    const { imageSize, projectionDim } = vision.config;
    const config = `${folder}/preprocessor_config.json`;
    const preprocess: PreprocessConfig = readPreprocessConfig(
      (await layout.has(config)) ? parseJsonFile(config, await layout.readText(config)) : preprocessorConfig(imageSize),
    );
    return visionModel(name, vision, {
      preprocess,
      identity: hash(canonicalJson([vision.identity, preprocess])),
      ...unclipSurroundings(projectionDim),
    });
  });
}
