import { PreprocessConfigError, readPreprocessConfig } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

test('missing keys take the defaults of transformers', () => {
  const config = readPreprocessConfig({});

  expect(config).toEqual({
    shortestEdge: 224,
    cropSize: 224,
    rescaleFactor: 1 / 255,
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  });
});

test('sizes are written as numbers or as objects', () => {
  const numbers = readPreprocessConfig({ size: 56, crop_size: 48 });
  const objects = readPreprocessConfig({ size: { shortest_edge: 56 }, crop_size: { height: 48, width: 48 } });

  expect(objects).toEqual(numbers);
});

test('a size with both sides is the size to resize to, regardless of the aspect ratio', () => {
  const config = readPreprocessConfig({ size: { height: 64, width: 48 }, crop_size: { height: 48, width: 48 } });

  expect(config).toMatchObject({ shortestEdge: 48, exactSize: { heightPx: 64, widthPx: 48 }, cropSize: 48 });
});

test.each([
  [[], 'preprocessor_config.json: expected an object'],
  [
    { size: { height: 224 } },
    'preprocessor_config.json, "size": expected a number, {"shortest_edge": number} or {"height", "width"}, 1..4096 pixels, got {"height":224}',
  ],
  [
    { crop_size: { height: 2, width: 3 } },
    'preprocessor_config.json, "crop_size": expected a number or {"height", "width"} of one value, got {"height":2,"width":3}',
  ],
  [
    { do_center_crop: false },
    'preprocessor_config.json, "do_center_crop": expected true: the step cannot be left out, got false',
  ],
  [{ resample: 2 }, 'preprocessor_config.json, "resample": expected 3 (bicubic), got 2'],
  [{ image_mean: [0.5] }, 'preprocessor_config.json, "image_mean": expected three numbers, got [0.5]'],
  [{ image_std: [1, 0, 1] }, 'preprocessor_config.json, "image_std": expected a number above 0, got 0'],
])('the config %j is refused by its key', (config, message) => {
  expect(() => readPreprocessConfig(config)).toThrow(new PreprocessConfigError(message));
});
