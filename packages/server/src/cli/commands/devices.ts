import type { DeviceReport } from '@unclip-studio/protocol';
import { machineCacheFolder } from '../../services/results/cache-folder.js';
import type { ConfigOf } from '../command-table.js';
import { EXIT } from '../exit-codes.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip devices`: tests each device again and says whether models can run on it, how fast and how exact, and what
 * to do where they cannot.
 */
export async function listDevices(config: ConfigOf<'devices'>, context: CommandContext): Promise<number> {
  const { json, install, agreed: isAgreed, allowFetch, registry } = config;
  const { io, terminal } = context;
  if (install === 'openvino') {
    const { installOpenvino } = await import('./install-openvino.js');
    return installOpenvino({ isAgreed, allowFetch, registry }, context);
  }
  if (install !== undefined) {
    const { installCuda } = await import('./install-cuda.js');
    return installCuda({ isAgreed, allowFetch }, context);
  }
  if (terminal.isWatched) terminal.err('Testing devices; a slow one takes up to a minute ...');
  const { reportDevices } = await import('../../services/devices/choose-device.js');
  const { devices, auto, chosen } = await reportDevices({ cacheFolder: machineCacheFolder(io), env: io.env });
  if (json) terminal.out(JSON.stringify({ devices, auto, chosen }, null, 2));
  else {
    for (const line of devices.flatMap(describeDevice)) terminal.out(line);
    terminal.out(`--device auto takes ${auto}.`);
  }
  return EXIT.done;
}

const WIDTH = 10;

function describeDevice({ name, ways, why, steps, gpus = [] }: DeviceReport): readonly string[] {
  const indent = ' '.repeat(WIDTH);
  const found = ways.map(({ precision, formulation, error, ms }) => {
    const time = ms === undefined ? '' : `, ${ms.toFixed(1)} ms for the work of the test`;
    const exactness = error === 0 ? '' : `, at most ${error.toPrecision(2)} of the largest value off (${formulation})`;
    return `${indent}${precision}${time}${exactness}`;
  });
  const verdict = ways.length > 0 ? 'can be used' : 'cannot be used';
  return [
    `${name.padEnd(WIDTH)}${verdict}${why === undefined ? '' : `: ${why}`}`,
    ...found,
    ...gpus.map((gpu) => `${indent}--device ${gpu.name}: ${gpu.words}`),
    ...steps.map(({ text }) => `${indent}- ${text}`),
  ];
}
