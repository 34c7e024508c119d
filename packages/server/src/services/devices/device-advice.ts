import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeviceReason, DeviceStep } from '@unclip-studio/protocol';
import { onnxRuntime } from '../onnx-runtime.js';
import { findOpenvino } from '../openvino/openvino-parts.js';
import { homeFolder } from '../surroundings.js';
import type { DeviceName } from './device.js';

/** Why a device cannot be used, for its owner. */
export interface DeviceAdvice {
  /** In plain words; messages of native libraries are quoted. */
  readonly why: string;
  /** The same as data, if its meaning is known. */
  readonly because?: DeviceReason;
  /** What to do about it on this platform, in order. None where nothing helps. */
  readonly steps: readonly DeviceStep[];
}

/** A step without its English text. */
type StepData = DeviceStep extends infer Step ? (Step extends DeviceStep ? Omit<Step, 'text'> : never) : never;
type StepOf<Code extends StepData['code']> = Extract<StepData, { readonly code: Code }>;

const STEP_TEXTS: { readonly [Code in StepData['code']]: (step: StepOf<Code>) => string } = {
  command: ({ command, beforeEachStart = false }) => (beforeEachStart ? `${command}   # before each start` : command),
  'nvidia-driver': ({ oldest }) =>
    `The NVIDIA driver has to be ${oldest} or newer: nvidia-smi says which one there is.`,
  'install-cuda': () => 'unclip devices --install cuda does the steps that follow, after a question.',
  'install-openvino': () => 'For bfloat16: unclip devices --install openvino',
  'container-all-gpus': () => 'In a container: start it with --gpus all.',
  'nvidia-smi': () => 'nvidia-smi lists the GPUs. CUDA_VISIBLE_DEVICES may hide them.',
  'newest-driver': () => "Install the newest driver from the GPU's maker.",
  'driver-file': ({ file }) =>
    `VK_DRIVER_FILES or VK_ICD_FILENAMES names ${file}, which is not there. Unset it, or correct it.`,
  'vulkan-loader': ({ command }) => `The Vulkan loader is missing: ${command}`,
  'vulkan-driver': ({ command }) =>
    `There is no Vulkan driver. AMD and Intel: ${command}. NVIDIA: its driver includes one.`,
  vulkaninfo: () => 'vulkaninfo --summary (of the package vulkan-tools) lists what Vulkan finds.',
  'container-gpu': () =>
    'In a container: pass the GPU in, with --device /dev/dri, or with --gpus all and NVIDIA_DRIVER_CAPABILITIES=all.',
};

function step<Code extends StepData['code']>(data: StepOf<Code>): DeviceStep {
  const textOf = STEP_TEXTS[data.code] as (step: StepOf<Code>) => string;
  return { ...data, text: textOf(data) } as unknown as DeviceStep;
}

const command = (text: string): DeviceStep => step({ code: 'command', command: text });

/** What advice depends on in addition to the error message. */
export interface DeviceSurroundings {
  readonly platform: NodeJS.Platform;
  /** As `process.arch`. */
  readonly arch: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  exists(path: string): boolean;
  /** Names in a folder; none if there is no such folder. */
  list(folder: string): readonly string[];
  /** The text of a file; empty if it cannot be read. */
  read(path: string): string;
}

export const realSurroundings = (env: Readonly<NodeJS.ProcessEnv>): DeviceSurroundings => ({
  ...{ platform: process.platform, arch: process.arch, env },
  exists: existsSync,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  },
});

// PCI ids. Those of virtual machines are left out: they cannot run models.
const GPU_MAKERS: Readonly<Record<string, string>> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' };

/** Who made a GPU that the system shows, whether models can run on it or not; `undefined` if it shows none. */
export function visibleGpu({ platform, arch, exists, list, read }: DeviceSurroundings): string | undefined {
  if (platform === 'darwin') return arch === 'arm64' ? 'Apple' : undefined;
  if (platform !== 'linux') return undefined;
  if (exists('/proc/driver/nvidia/version') || exists('/dev/nvidia0')) return 'NVIDIA';
  const makers = list('/sys/class/drm').map((card) => GPU_MAKERS[read(`/sys/class/drm/${card}/device/vendor`).trim()]);
  // In addition to a graphics card there is often one in the processor.
  const found = Object.values(GPU_MAKERS).find((maker) => makers.includes(maker));
  return found ?? (exists('/dev/dxg') ? 'Windows' : undefined);
}

/** @param found what the self-test said, and what native libraries printed meanwhile */
export function adviceFor(
  device: DeviceName,
  found: { readonly reason: string; readonly nativeWords?: string },
  around: DeviceSurroundings,
): DeviceAdvice {
  const { reason, nativeWords = '' } = found;
  switch (device) {
    case 'cuda':
      return adviseOnCuda(reason, nativeWords, around);
    case 'webgpu':
      return adviseOnWebGpu(reason, around);
    case 'directml':
      return around.platform === 'win32'
        ? { why: reason, steps: [] }
        : { why: 'DirectML is part of Windows', because: { code: 'of-other-system', system: 'Windows' }, steps: [] };
    case 'coreml':
      return around.platform === 'darwin'
        ? { why: reason, steps: [] }
        : { why: 'CoreML is part of macOS', because: { code: 'of-other-system', system: 'macOS' }, steps: [] };
    default:
      return { why: reason, steps: [] };
  }
}

/** A message of ONNX Runtime, which starts with its own source file and condition; the actual error comes after it. */
export function withoutSource(message: string): string {
  return message
    .replace(/^.*was false\.\s*/s, '')
    .replace(/^\/\S+\s/, '')
    .trim();
}

/** What the CPU lacks for computing in bfloat16; `undefined` if it can be tried. */
export function adviseOnBfloat16(around: DeviceSurroundings): DeviceAdvice | undefined {
  const { platform, arch, read } = around;
  if (platform !== 'linux' || arch !== 'x64') {
    const why = 'bfloat16 on the CPU is there for Linux with x64 only';
    return { why, because: { code: 'bfloat16-on-linux-x64' }, steps: [] };
  }
  // Without them it would be slower than float32.
  if (!/\b(?:avx512_bf16|amx_bf16)\b/.test(read('/proc/cpuinfo'))) {
    const why = 'the processor has no instructions for bfloat16 (neither AVX-512 BF16 nor AMX)';
    return { why, because: { code: 'no-bfloat16-instructions' }, steps: [] };
  }
  if (findOpenvino(around) === undefined) {
    const steps = [step({ code: 'install-openvino' })];
    return { why: 'OpenVINO is not installed', because: { code: 'openvino-missing' }, steps };
  }
  return undefined;
}

const OLDEST_DRIVER = '580';
// The libraries that ONNX Runtime 1.30 loads for CUDA 13, by the packages of PyPI that carry them.
export const CUDA_PACKAGES = [
  ...['nvidia-cublas==13.*', 'nvidia-cuda-runtime==13.*', 'nvidia-cuda-nvrtc==13.*'],
  ...['nvidia-curand==10.*', 'nvidia-cufft==12.*', 'nvidia-cudnn-cu13==9.*'],
] as const;
const CUDA_FOLDER = '$HOME/.cache/unclip-cuda';

/** Where CUDA's libraries are put: the folder that the commands below name. */
export function cudaFolder(env: Readonly<NodeJS.ProcessEnv>): string {
  return join(homeFolder(env), '.cache/unclip-cuda');
}

function adviseOnCuda(
  reason: string,
  nativeWords: string,
  { platform, arch, exists }: DeviceSurroundings,
): DeviceAdvice {
  const words = `${reason}\n${nativeWords}`;
  if (platform !== 'linux' || arch !== 'x64') {
    const other = platform === 'win32' ? ' Use --device directml or webgpu.' : ' Use --device webgpu.';
    const why = `ONNX Runtime for Node has CUDA on Linux with x64 only.${other}`;
    return { why, because: { code: 'cuda-on-linux-x64' }, steps: [] };
  }
  const { nativeFolder: folder, version } = onnxRuntime();
  const libraryPath = `export LD_LIBRARY_PATH="$(echo ${CUDA_FOLDER}/nvidia/*/lib | tr ' ' ':')"`;
  const install = `python3 -m pip install --target "${CUDA_FOLDER}" ${CUDA_PACKAGES.map((one) => `'${one}'`).join(' ')}`;
  const driver = step({ code: 'nvidia-driver', oldest: OLDEST_DRIVER });
  if (!exists(join(folder, 'libonnxruntime_providers_cuda.so'))) {
    return {
      why: "ONNX Runtime's part for CUDA is not installed",
      because: { code: 'cuda-part-missing' },
      steps: [
        driver,
        step({ code: 'install-cuda' }),
        command(`python3 -m pip install --no-deps --target "${CUDA_FOLDER}" onnxruntime-gpu==${version}`),
        command(`cp "${CUDA_FOLDER}"/onnxruntime/capi/libonnxruntime_providers_{cuda,shared}.so ${folder}/`),
        command(install),
        step({ code: 'command', command: libraryPath, beforeEachStart: true }),
      ],
    };
  }
  const missing = /(lib[\w+-]+\.so[.\d]*): cannot open shared object file/.exec(words)?.[1];
  if (missing !== undefined) {
    const why = `${missing} was not found, which ONNX Runtime needs for CUDA`;
    return {
      why,
      because: { code: 'library-missing', file: missing },
      steps: [command(install), command(libraryPath)],
    };
  }
  if (/insufficient|CUDA failure 35\b/.test(words)) {
    return {
      why: 'the driver of NVIDIA is missing, or older than CUDA 13',
      because: { code: 'nvidia-driver' },
      steps: [driver, step({ code: 'container-all-gpus' })],
    };
  }
  if (/no CUDA-capable device|CUDA failure 100\b/.test(words)) {
    return {
      why: 'no NVIDIA GPU is visible',
      because: { code: 'no-nvidia-gpu' },
      steps: [step({ code: 'nvidia-smi' }), step({ code: 'container-all-gpus' })],
    };
  }
  return { why: reason, steps: [] };
}

// Where the Vulkan loader looks for drivers on Linux.
const VULKAN_FOLDERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];
const VULKAN_LOADERS = [
  '/usr/lib/x86_64-linux-gnu/libvulkan.so.1',
  '/usr/lib64/libvulkan.so.1',
  '/usr/lib/libvulkan.so.1',
];

function adviseOnWebGpu(reason: string, around: DeviceSurroundings): DeviceAdvice {
  const { platform, arch, env, exists } = around;
  if (/built without it/.test(reason)) {
    const why = `ONNX Runtime for Node has no WebGPU on ${platform} with ${arch}`;
    return { why, because: { code: 'no-webgpu', platform, arch }, steps: [] };
  }
  if (!/No supported adapters/i.test(reason)) return { why: reason, steps: [] };
  const found = { why: `no GPU was found (${reason})`, because: { code: 'no-gpu' } } as const;
  if (platform !== 'linux') return { ...found, steps: [step({ code: 'newest-driver' })] };
  const named = namedDrivers(env)?.find((file) => !exists(file));
  if (named !== undefined) {
    return { ...found, steps: [step({ code: 'driver-file', file: named })] };
  }
  const steps: DeviceStep[] = [];
  if (!VULKAN_LOADERS.some(exists))
    steps.push(step({ code: 'vulkan-loader', command: 'sudo apt-get install libvulkan1' }));
  if (vulkanDrivers({ ...around, env: {} }).length === 0) {
    steps.push(step({ code: 'vulkan-driver', command: 'sudo apt-get install mesa-vulkan-drivers' }));
  }
  return {
    ...found,
    steps: [...steps, step({ code: 'vulkaninfo' }), step({ code: 'container-gpu' })],
  };
}

/** Files that describe Vulkan's drivers on Linux, in the order in which they are numbered. */
export function vulkanDrivers({ env, list }: Pick<DeviceSurroundings, 'env' | 'list'>): readonly string[] {
  return (
    namedDrivers(env) ??
    VULKAN_FOLDERS.flatMap((folder) =>
      [...list(folder)]
        .sort()
        // 32-bit drivers are in the same folder.
        .filter((name) => name.endsWith('.json') && !/i[36]86/.test(name))
        .map((name) => join(folder, name)),
    )
  );
}

function namedDrivers(env: DeviceSurroundings['env']): readonly string[] | undefined {
  return (env['VK_DRIVER_FILES'] || env['VK_ICD_FILENAMES'] || undefined)?.split(':').filter((file) => file !== '');
}
