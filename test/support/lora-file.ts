import { randomFillSync } from 'node:crypto';
import { safetensorsFromHeader } from './safetensors-file.js';

/**
 * A LoRA in kohya's form for one attention layer, with random numbers.
 *
 * @param textWidth of the text that the model takes: 768 for Stable Diffusion 1, 1024 for 2
 * @param metadata as trainers and managers write it into the header
 */
export function loraFile(textWidth: number, metadata: Readonly<Record<string, string>> = {}, rank = 2): Uint8Array {
  const module = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k';
  const shapes = { [`${module}.lora_down.weight`]: [rank, textWidth], [`${module}.lora_up.weight`]: [32, rank] };
  let begin = 0;
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const [rows = 0, columns = 0] = shape;
    const end = begin + rows * columns * 2;
    const entry = [name, { dtype: 'F16', shape, data_offsets: [begin, end] }];
    begin = end;
    return entry;
  });
  const header = { __metadata__: metadata, ...Object.fromEntries(entries) };
  return safetensorsFromHeader(JSON.stringify(header), randomFillSync(new Uint8Array(begin)));
}
