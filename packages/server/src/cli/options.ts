import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PREVIEW_METHODS } from '../machine-config.js';
import { DEFAULT_REGISTRY } from '../plugins/registry-settings.js';
import { fromCwd, homeFolder } from '../services/surroundings.js';
import { readC2pa } from './c2pa-options.js';
import { parseCacheSize, resultStoreOptions } from './cache-options.js';
import { BadInput } from './exit-codes.js';
import { DOWNLOADS_FOLDER, downloadsFolder, findModelFolders, readMaxPixels, readMemory } from './machine-options.js';
import { choice, optionalText, parsed, text, texts, together, toggle } from './option.js';
import { readQueue } from './queue.js';
import {
  findComfyPage,
  readBasePath,
  readCount,
  readHost,
  readTls,
  readTrustProxy,
  readWebhooks,
} from './serve-options.js';
import { readStore } from './store.js';

// Every option of the command line, once. command-table.ts says which commands have it; what each is read to has the name
// that it has in their configs.

const cacheSize = parsed(
  // Some hundred full-size latents and images, and no burden to a disk of today.
  text({ flags: '--cache-size <size>', help: 'how much disk kept results may take, such as 500MB', default: '4GB' }),
  parseCacheSize,
);
const queueFlags = {
  queue: text({
    flags: '--queue <url>',
    help: 'redis://HOST, redis://USER:PASSWORD@HOST, or rediss://HOST for TLS',
    env: 'UNCLIP_QUEUE_URL',
  }),
  queueName: text({
    flags: '--queue-name <name>',
    help: 'of the queue, as the server was given it',
    default: 'unclip',
  }),
  queueKeyFile: text({
    flags: '--queue-key-file <file>',
    help: 'the key that server and workers have in common',
    otherwise: 'UNCLIP_QUEUE_KEY',
  }),
  queueCa: text({ flags: '--queue-ca <file>', help: 'PEM of the authority that vouches for a rediss:// server' }),
};

/** What models run on and where they are found; for all that evaluates. */
export const modelFolders = parsed(
  texts({ flags: '--models <dir>', help: 'look for checkpoints here too; may be repeated' }),
  findModelFolders,
);
export const device = text({
  flags: '--device <device>',
  help: 'auto, cpu, cuda, directml, coreml or webgpu, with :1 behind it for the second GPU and :float16 for half precision, or cpu:bfloat16; auto takes what passes a self-test and beats the CPU',
  default: 'auto',
});
export const install = choice({
  flags: '--install <what>',
  help: "fetch, after a question, from PyPI or PIP_INDEX_URL: ONNX Runtime's part for CUDA with the libraries it needs, or OpenVINO for cpu:bfloat16",
  choices: ['cuda', 'openvino'],
});
export const agreed = toggle({ flags: '--yes', help: 'with --install: do not ask' });
export const memoryBudgetBytes = parsed(
  text({
    flags: '--memory <size>',
    help: 'what models may take together, as in 6GB',
    otherwise: '70 % of the machine',
  }),
  readMemory,
);
export const pickles = toggle({
  flags: '--no-pickle',
  help: 'refuse weights in .bin, .ckpt, .pt and .pth files, of which otherwise the tensors are read and nothing is run',
});
export const previews = choice({
  flags: '--previews <how>',
  help: 'how previews while sampling are drawn: by a linear map, by a TAESD in models/vae_approx or models/vae, or by the TAESD where it is fast enough (auto)',
  choices: PREVIEW_METHODS,
  default: 'auto',
});
export const maxImagePixels = parsed(
  text({
    flags: '--max-megapixels <number>',
    help: 'the largest image to decode; 100 take about 300 MB',
    otherwise: '100',
  }),
  readMaxPixels,
);
/** Absolute. */
export const nodeFolders = parsed(
  texts({
    flags: '--nodes <dir>',
    help: 'use the nodes of this plug-in, or of the plug-ins in this folder; may be repeated',
  }),
  (given, io) => {
    const missing = given.filter((folder) => !existsSync(fromCwd(io, folder)));
    if (missing.length > 0) throw new BadInput(missing.map((folder) => `--nodes ${folder}: there is no such folder.`));
    return given.map((folder) => fromCwd(io, folder));
  },
);
export const devNodes = toggle({ flags: '--dev-nodes', help: 'add the nodes that tests and benches use' });

// A run.
export const input = texts({
  flags: '--input <name=value>',
  help: 'set an input that the workflow names, as in photo=cat.png; may be repeated',
});
export const set = texts({
  flags: '--set <node.param=value>',
  help: 'set a param first, as in photo.image=cat.png; may be repeated',
});
export const fromStep = text({
  flags: '--from-step <step>',
  help: 'let the settings count from this step of the sampling on, or of a certain node, as in sample=12',
});
export const target = texts({
  flags: '--target <node>',
  help: 'run only this node and what it reads; may be repeated',
});
export const out = text({ flags: '--out <dir>', help: 'folder for the results', default: 'output' });
export const page = toggle({
  flags: '--page',
  help: "write it as ComfyUI's page saves it, with places, groups and notes",
});
export const check = toggle({
  flags: '--check',
  help: 'compare what was made with what the workflow expects, and fail if it is not so',
});
export const receipts = toggle({
  flags: '--receipts',
  help: 'also write the receipt of each image next to it, in case metadata is stripped',
});
/** With what images are signed; `undefined`: they are not. */
export const c2pa = together(
  {
    c2paCert: text({
      flags: '--c2pa-cert <file>',
      help: 'sign each image that a model made with a C2PA manifest: the certificate (PEM, with those of its issuers)',
    }),
    c2paKey: text({ flags: '--c2pa-key <file>', help: 'the private key of that certificate (PEM)' }),
  },
  readC2pa,
);
/** Where results are kept for later runs; `undefined`: nowhere. */
export const results = together(
  {
    cache: toggle({ flags: '--no-cache', help: 'evaluate every node, and keep no results for later runs' }),
    maxBytes: cacheSize,
    cacheDir: text({
      flags: '--cache-dir <dir>',
      help: 'where results are kept',
      otherwise: 'UNCLIP_CACHE_DIR, or the folder for caches',
    }),
  },
  resultStoreOptions,
);

// What commands print and write.
export const json = toggle({ flags: '--json', help: 'print one run event a line as JSON' });
export const outFile = text({
  flags: '--out <file>',
  help: 'where to write it; no file is replaced',
  otherwise: 'standard output',
});

// A server, and its workers.
export const host = parsed(
  text({
    flags: '--host <host>',
    help: 'address to listen on; others than this machine need UNCLIP_TOKEN to be set',
    default: '127.0.0.1',
  }),
  readHost,
);
export const port = parsed(
  text({ flags: '--port <port>', help: 'port to listen on; 0 takes any free one', default: '8420' }),
  (given) => readCount('--port', given, 'a whole number from 0 to 65535'),
);
/** Absolute. */
export const dataFolder = parsed(
  text({
    flags: '--data-dir <dir>',
    help: 'where runs, workflows and images are kept',
    otherwise: '~/.unclip-studio',
  }),
  (given, io) => fromCwd(io, given ?? join(homeFolder(io.env), '.unclip-studio')),
);
/** Absolute, if there is one. */
export const sharedDataFolder = parsed(
  text({ flags: '--data-dir <dir>', help: "the server's data folder, on a disk that both machines see" }),
  (given, io) => (given === undefined ? undefined : fromCwd(io, given)),
);
/** Of kept results. */
export const resultBytes = cacheSize;
export const store = parsed(
  text({
    flags: '--store <address>',
    help: 'where images and results are kept for all machines: a folder, or s3://BUCKET/PREFIX',
    env: 'UNCLIP_STORE',
  }),
  readStore,
);
export const queue = together(queueFlags, readQueue);
export const comfyui = toggle({
  flags: '--comfyui',
  help: 'answer to clients of ComfyUI too; on this machine they need no token',
});
export const comfyuiPreviews = toggle({
  flags: '--no-comfyui-previews',
  help: 'send them no half-done images, which some take for results',
});
/** Absolute, the folder that holds the page's index.html. */
export const comfyuiPageFolder = parsed(
  text({
    flags: '--comfyui-frontend <dir>',
    help: "serve ComfyUI's own page at /comfyui/: its package comfyui-frontend-package, unpacked",
  }),
  (given, io) => (given === undefined ? undefined : findComfyPage(fromCwd(io, given))),
);
export const allowedHosts = texts({
  flags: '--allow-host <name>',
  help: 'answer to this name too, at any port, and to its pages; may be repeated',
});
export const allowedOrigins = texts({
  flags: '--allow-origin <origin>',
  help: 'accept what pages of this origin send through a proxy; may be repeated',
});
export const basePath = parsed(
  text({
    flags: '--base-path <path>',
    help: 'where a proxy puts the server below its origin, such as /unclip/',
    default: '/',
  }),
  readBasePath,
);
export const trustedProxies = parsed(
  optionalText({
    flags: '--trust-proxy [count]',
    help: 'take clients and https from X-Forwarded-For and -Proto; with how many proxies in front',
    otherwise: '1',
  }),
  readTrustProxy,
);
export const tls = together(
  {
    tlsCert: text({
      flags: '--tls-cert <file>',
      help: 'serve https with this certificate (PEM, including its chain)',
    }),
    tlsKey: text({ flags: '--tls-key <file>', help: 'the private key of the certificate (PEM)' }),
  },
  readTls,
);
export const historyRuns = parsed(
  text({
    flags: '--history <runs>',
    help: 'how many ended runs to remember besides those whose images are there',
    default: '10000',
  }),
  (given) => readCount('--history', given, 'a whole number of runs, 0 or more'),
);
export const webhooks = together(
  {
    webhook: texts({
      flags: '--webhook <url>',
      help: 'send a signed POST to this address when a run has ended; may be repeated',
    }),
  },
  readWebhooks,
);
export const server = text({
  flags: '--server <url>',
  help: 'use the workflows of this server, with its token in UNCLIP_TOKEN',
  otherwise: 'those of the data folder',
});
export const logLevel = choice({
  flags: '--log-level <level>',
  help: 'how much is logged',
  choices: ['error', 'warn', 'info', 'debug'],
  default: 'info',
});
export const logFormat = choice({
  flags: '--log-format <format>',
  help: 'text for people or json for programs',
  otherwise: 'text in a terminal, json elsewhere',
  choices: ['text', 'json'],
});
export const maxChanges = parsed(
  text({
    flags: '--max-changes <number>',
    help: 'requests that change something, of one client in ten seconds',
    default: '600',
  }),
  (given) => readCount('--max-changes', given, 'a whole number from 1'),
);

// Checkpoints from elsewhere.
export const from = text({
  flags: '--from <source>',
  help: 'take it from here: OWNER/NAME, a page of a model hub, or the URL of a file of weights',
});
export const sha256 = parsed(
  text({ flags: '--sha256 <hex>', help: 'what the file from --from URL must have' }),
  (given) => {
    if (given === undefined || /^[0-9a-f]{64}$/i.test(given)) return given;
    throw new BadInput([`--sha256 ${given}: expected 64 hexadecimal digits.`]);
  },
);
export const allowFetch = texts({
  flags: '--allow-fetch <host>',
  help: 'ask this host although it is on your network; may be repeated',
});
export const registry = parsed(
  text({
    flags: '--registry <url>',
    help: 'the registry of npm packages to ask',
    otherwise: `UNCLIP_REGISTRY, or ${DEFAULT_REGISTRY}`,
    env: 'UNCLIP_REGISTRY',
  }),
  (given = DEFAULT_REGISTRY) => given,
);
export const ownModelsFolder = parsed(
  text({
    flags: '--download-dir <dir>',
    help: 'the folder that models are downloaded into, and deleted from',
    otherwise: DOWNLOADS_FOLDER,
  }),
  (given, io) => (given === undefined ? downloadsFolder(io) : fromCwd(io, given)),
);
export const acceptLicense = toggle({
  flags: '--accept-licence',
  help: 'the licence of the model, which the command shows without this, was read and is accepted',
});
export const acceptThisLicense = toggle({
  flags: '--accept',
  help: 'accept it for a server that others can reach; kept in its data folder with your name, the time and the digest of the text',
});
export const acceptedLicenses = texts({
  flags: '--accept-licence <model>',
  help: 'accept the licence of this model, or of all; where others can reach the server, models with use restrictions run only then; may be repeated',
});
export const modelType = text({
  flags: '--type <type>',
  help: 'checkpoint, lora, vae and so on',
  otherwise: 'told from its files',
});
export const dir = text({
  flags: '--dir <dir>',
  help: 'the folder that it becomes',
  otherwise: `${DOWNLOADS_FOLDER}NAME`,
});
export const variant = parsed(
  text({
    flags: '--variant <variant>',
    help: 'full, or fp16: half the size, at slightly different numbers',
    default: 'full',
  }),
  (given): 'full' | 'fp16' => {
    if (given === 'full' || given === 'fp16') return given;
    throw new BadInput([`--variant ${given}: expected full or fp16.`]);
  },
);
export const file = text({ flags: '--file <file>', help: 'only this checkpoint in one file' });
export const revision = text({ flags: '--revision <name>', help: 'a branch, tag or commit', default: 'main' });
