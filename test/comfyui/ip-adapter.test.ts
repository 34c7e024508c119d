import { importComfyUi } from '@unclip-studio/comfyui';
import { expect, test } from 'vitest';

const node = (type: string, inputs: object) => ({ class_type: type, inputs });

test('nodes of ComfyUI_IPAdapter_plus stay placeholders, and the report says which nodes to use here', () => {
  const prompt = {
    1: node('CheckpointLoaderSimple', { ckpt_name: 'sd15.safetensors' }),
    2: node('IPAdapterModelLoader', { ipadapter_file: 'ip-adapter_sd15.safetensors' }),
    3: node('CLIPVisionLoader', { clip_name: 'vit-h.safetensors' }),
    4: node('LoadImage', { image: 'cat.png' }),
    5: node('IPAdapterAdvanced', {
      model: ['1', 0],
      ipadapter: ['2', 0],
      clip_vision: ['3', 0],
      image: ['4', 0],
      weight: 1,
    }),
  };

  const { report } = importComfyUi(JSON.stringify(prompt));

  const hints = report.nodes.filter(({ likeness }) => likeness === 'placeholder');
  expect(hints.map(({ id }) => id).sort()).toEqual(['2', '5']);
  for (const { words } of hints) expect(words).toMatch(/Load IP-Adapter, IP-Adapter Encode and Apply IP-Adapter/);
});
