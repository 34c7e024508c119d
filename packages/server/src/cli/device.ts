import { BadInput } from './bad-input.js';

const KNOWN_DEVICES = ['auto', 'cpu', 'webgpu', 'cuda', 'directml', 'coreml'];

/**
 * Checks the choice of `--device`. `auto` is the CPU: this build runs on nothing else.
 *
 * @throws BadInput for every other device
 */
export function checkDevice(device: string): void {
  if (device === 'auto' || device === 'cpu') return;
  const reason = KNOWN_DEVICES.includes(device)
    ? 'this build runs on the CPU only. Use --device cpu, or leave it out.'
    : `there is no such device. The devices are: ${KNOWN_DEVICES.join(', ')}; this build runs on the CPU only.`;
  throw new BadInput([`--device ${device}: ${reason}`]);
}
