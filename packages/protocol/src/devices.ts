import { z } from 'zod';
import type { Wire } from './wire.js';

const deviceWay = z.object({
  formulation: z.string().meta({ description: 'How operations are written.' }),
  precision: z.enum(['float32', 'float16', 'bfloat16']),
  error: z
    .number()
    .meta({ description: "The largest difference from the CPU in the self-test, of the CPU's largest value." }),
  ms: z
    .number()
    .optional()
    .meta({ description: 'For the work of the self-test, a convolution and a product of real size.' }),
});

const simple = <Code extends string>(code: Code) => z.object({ code: z.literal(code) });

/** Why a device cannot be used, as far as that is known of the messages of native libraries. */
const deviceReason = z
  .discriminatedUnion('code', [
    z.object({ code: z.literal('of-other-system'), system: z.enum(['Windows', 'macOS']) }),
    simple('bfloat16-on-linux-x64'),
    simple('no-bfloat16-instructions'),
    simple('openvino-missing'),
    simple('cuda-on-linux-x64'),
    simple('cuda-part-missing'),
    z.object({ code: z.literal('library-missing'), file: z.string() }),
    simple('nvidia-driver'),
    simple('no-nvidia-gpu'),
    z.object({ code: z.literal('no-webgpu'), platform: z.string(), arch: z.string() }),
    simple('no-gpu'),
  ])
  .meta({ id: 'DeviceReason', description: 'Why a device cannot be used, for messages in other languages.' });
export type DeviceReason = Wire<typeof deviceReason>;

const step = <Code extends string, Shape extends z.ZodRawShape>(code: Code, shape: Shape) =>
  z.object({ code: z.literal(code), text: z.string(), ...shape });

const deviceStep = z
  .discriminatedUnion('code', [
    step('command', { command: z.string(), beforeEachStart: z.boolean().optional() }),
    step('nvidia-driver', { oldest: z.string() }),
    step('install-cuda', {}),
    step('install-openvino', {}),
    step('container-all-gpus', {}),
    step('nvidia-smi', {}),
    step('newest-driver', {}),
    step('driver-file', { file: z.string() }),
    step('vulkan-loader', { command: z.string() }),
    step('vulkan-driver', { command: z.string() }),
    step('vulkaninfo', {}),
    step('container-gpu', {}),
  ])
  .meta({
    id: 'DeviceStep',
    description:
      'One thing to do: a sentence or a command as `text`, and the same as data for messages in other languages.',
  });
export type DeviceStep = Wire<typeof deviceStep>;

const deviceReport = z
  .object({
    name: z.string().meta({ description: 'As `--device` takes it.' }),
    ways: z
      .array(deviceWay)
      .meta({ description: 'How it computes right, each precision once; none: it cannot be used.' }),
    why: z.string().optional().meta({ description: 'Why it cannot be used, or not in every way.' }),
    because: deviceReason
      .optional()
      .meta({ description: 'The same as data, if it is known; of the CPU: why not in bfloat16.' }),
    steps: z.array(deviceStep).meta({ description: 'What to do about it, in order.' }),
    gpus: z
      .array(z.object({ name: z.string(), words: z.string() }))
      .optional()
      .meta({ description: 'Where there are several GPUs, as `--device` takes them.' }),
  })
  .meta({ id: 'Device', description: 'What models can run on, or why they cannot.' });
export type DeviceReport = Wire<typeof deviceReport>;

export const devicesReport = z
  .object({
    devices: z.array(deviceReport),
    auto: z.string().meta({ description: 'What `--device auto` takes, and why.' }),
    chosen: z.string().meta({ description: 'The name of that device.' }),
  })
  .meta({ id: 'Devices' });
export type DevicesReport = Wire<typeof devicesReport>;
