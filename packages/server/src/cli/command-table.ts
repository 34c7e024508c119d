import { explained, type Option, type ValuesOf } from './option.js';
import * as options from './options.js';

/** The help text and options of a command. */
export interface CommandShape {
  readonly summary: string;
  readonly args?: Readonly<Record<string, Argument<boolean>>>;
  readonly options?: Readonly<Record<string, Option<unknown>>>;
  /** Shown below the options. */
  readonly footer?: string;
}

interface Argument<IsOptional extends boolean> {
  readonly help: string;
  readonly isOptional: IsOptional;
  /** The last one takes all that follow. */
  readonly isList?: true;
}

const WORKFLOW = required(
  'a workflow JSON, a PNG or WebP that carries one, the name of an example, or - for standard input',
);
/** Where the plug-ins are that a command uses. */
const PLUGINS = {
  ...take('nodeFolders'),
  dataFolder: explained(options.dataFolder, 'the data folder whose plug-ins are used'),
};
const SAVED_IMAGE = required('an image saved by unclip-studio');
const ANOTHER = required('another one');

/** Every command, in the order of the help; one of two words belongs to the group of the first. */
export const COMMANDS = {
  run: {
    summary: 'run a workflow and print the paths of the images it made',
    args: { file: WORKFLOW },
    options: {
      ...take('input', 'set', 'fromStep', 'target', 'out', 'json', 'device', 'memoryBudgetBytes', 'pickles'),
      ...take('maxImagePixels', 'modelFolders', 'check', 'receipts', 'c2pa', 'results'),
      ...PLUGINS,
      dataFolder: explained(
        options.dataFolder,
        'the data folder whose plug-ins are used, and whose saved workflows and images are found by name',
      ),
    },
    footer:
      'Several values make a run each: photo.image="pics/*.png", photo.image=pics/ (a folder), noise.seed=1..4,\n' +
      'noise.noiseLevel="0..1000 step 250", sample.scheduler=ddim,euler. Their images are named after them.',
  },
  check: {
    summary: 'say whether a workflow is valid, and if not, everything that is wrong',
    args: { file: WORKFLOW },
    options: { ...take('modelFolders', 'pickles', 'maxImagePixels'), ...PLUGINS },
  },
  import: {
    summary: 'turn a workflow of ComfyUI into one of ours, and say what became of each node',
    args: {
      file: required('a JSON in either of its formats, a PNG or WebP that carries one, or - for standard input'),
    },
    options: { ...take('outFile'), json: explained(options.json, 'print workflow and report as one JSON object') },
  },
  export: {
    summary: "say a workflow in ComfyUI's API format or its page's, as far as it has nodes for it",
    args: { file: required('a workflow JSON, or an image that carries one') },
    options: take('outFile', 'page'),
  },
  gen: {
    summary: 'write a TypeScript module with the workflow as a typed function',
    args: { file: WORKFLOW },
    options: { ...take('outFile'), ...PLUGINS },
  },
  diff: {
    summary: 'say in what two workflows differ: what they mean, not where their cards lie',
    args: { a: required('a workflow JSON, or an image that carries one'), b: ANOTHER },
    options: PLUGINS,
  },
  verify: {
    summary: 'check the receipt inside an image, and say what can and what cannot be verified',
    args: { file: SAVED_IMAGE },
    options: { ...take('modelFolders', 'pickles'), ...PLUGINS },
  },
  explain: {
    summary: 'name the first node and param in which two images differ',
    args: { a: SAVED_IMAGE, b: ANOTHER },
  },
  strip: {
    summary:
      'copy images without prompt, workflow, receipt, seeds and file names; the marking that a model made them stays',
    args: { files: several('PNGs and WebPs') },
    options: { out: explained(options.out, 'folder for the copies; no file is replaced') },
  },
  nodes: {
    summary: 'list the node types with their inputs, outputs and params',
    args: { file: optional('a workflow whose subgraphs to list instead') },
    options: { json: explained(options.json, 'print the definitions as one JSON array'), ...PLUGINS },
  },
  'nodes create': {
    summary: 'write a plug-in with a node and a test that runs it, to begin from',
    args: { folder: required('where to write it; the name of the folder becomes that of the package') },
  },
  'plugins list': {
    summary: 'list the plug-ins with their nodes, what they are kept from, and what they ask for',
    options: PLUGINS,
  },
  'plugins add': {
    summary: 'add a plug-in; nothing of it runs until a workflow uses it, and then contained',
    args: { package: required('a .tgz as npm packs it, or the name of a package, as NAME or NAME@VERSION') },
    options: take('dataFolder', 'registry', 'allowFetch'),
  },
  'plugins remove': {
    summary: 'remove a plug-in that was added, and what it was granted',
    args: { name: required('as "plugins list" shows it') },
    options: take('dataFolder'),
  },
  'plugins grant': {
    summary: 'let a plug-in do something that it asks for',
    args: {
      name: required('as "plugins list" shows it'),
      grant: required('onnx, network:HOST, files:NAME=FOLDER, or none to take back all'),
    },
    options: take('dataFolder'),
  },
  'plugins trust': {
    summary: 'let a plug-in run that needs Node and so is not contained, as long as its files stay as they are',
    args: { name: required('as "plugins list" shows it') },
    options: PLUGINS,
  },
  devices: {
    summary: 'test each device, say whether models can run on it, and what to do where they cannot',
    options: {
      ...take('install', 'agreed', 'allowFetch', 'registry'),
      json: explained(options.json, 'print what was found as one JSON object'),
    },
  },
  'models list': {
    summary: 'list the checkpoints that workflows can name, or models of another type',
    options: take('modelFolders', 'modelType'),
  },
  'models inspect': {
    summary: 'say what a checkpoint is: layout, parts, sizes, memory needed, and all that is wrong with it',
    args: { path: required('a checkpoint folder, a weights file, or a name that "models list" shows') },
    options: take('modelFolders', 'pickles'),
  },
  'models licence': {
    summary: 'show the licence of a model and what it forbids, and accept it for a server that others can reach',
    args: { name: required('as "models list" shows it') },
    options: {
      ...take('acceptThisLicense', 'modelType', 'modelFolders', 'ownModelsFolder'),
      dataFolder: explained(options.dataFolder, 'the data folder of the server'),
    },
  },
  'models pull': {
    summary: 'download a checkpoint, from huggingface.co or elsewhere; run it again to continue after an interruption',
    args: {
      model: optional('OWNER/NAME, as in sd2-community/stable-diffusion-2-1-unclip; or, of a known model, its NAME'),
    },
    options: take('from', 'sha256', 'allowFetch', 'dir', 'variant', 'file', 'revision', 'ownModelsFolder'),
    footer: 'Environment: HF_TOKEN for models that need a login, HF_ENDPOINT for a mirror.',
  },
  'models download': {
    summary: 'download a model from the hub, of any type, into the folder that this program manages',
    args: { model: required('OWNER/NAME, as in sd2-community/stable-diffusion-2-1-unclip') },
    options: take('modelType', 'file', 'variant', 'revision', 'acceptLicense', 'ownModelsFolder', 'allowFetch'),
    footer: 'Environment: HF_TOKEN for models that need a login, HF_ENDPOINT for a mirror.',
  },
  'models remove': {
    summary: 'delete a downloaded model; for 7 days it can be restored',
    args: { name: required('as "models list" shows it') },
    options: take('modelType', 'ownModelsFolder'),
  },
  'models restore': {
    summary: 'bring back a model that was removed',
    args: { name: required('as "models list" showed it') },
    options: take('ownModelsFolder'),
  },
  serve: {
    summary: 'start the editor and the API, and print the address to open',
    options: {
      ...take('host', 'port', 'dataFolder', 'modelFolders', 'device', 'memoryBudgetBytes', 'pickles', 'maxImagePixels'),
      ...take('previews', 'comfyui', 'comfyuiPageFolder', 'comfyuiPreviews'),
      ...take('allowedHosts', 'allowedOrigins', 'basePath', 'trustedProxies', 'tls'),
      ...take('resultBytes', 'historyRuns', 'logLevel', 'logFormat', 'maxChanges', 'nodeFolders', 'devNodes', 'store'),
      ...take('ownModelsFolder', 'allowFetch', 'acceptedLicenses', 'webhooks', 'c2pa'),
      queue: explained(
        options.queue,
        'hand runs to workers on other machines; redis://HOST, redis://USER:PASSWORD@HOST, or rediss://HOST for TLS',
        'of the queue, if several servers share one Redis',
      ),
    },
  },
  mcp: {
    summary: 'offer saved workflows with named inputs as tools to a client of MCP, on standard input and output',
    options: {
      ...take(
        'nodeFolders',
        'server',
        'dataFolder',
        'modelFolders',
        'device',
        'memoryBudgetBytes',
        'pickles',
        'maxImagePixels',
      ),
      ...take(
        'previews',
        'resultBytes',
        'historyRuns',
        'logLevel',
        'ownModelsFolder',
        'allowFetch',
        'webhooks',
        'c2pa',
      ),
    },
  },
  backup: {
    summary: 'write a data folder into one file: the database and all images; a server may run meanwhile',
    args: { file: required('the archive to write, such as studio.tar; no file is replaced') },
    options: { ...take('dataFolder'), store: asTheServer(options.store) },
  },
  restore: {
    summary: 'make a data folder of a backup; there must be none yet',
    args: { file: required('the archive that "backup" has written') },
    options: { ...take('dataFolder'), store: asTheServer(options.store) },
  },
  repair: {
    summary: 'list stored images again that the database of a server does not know; the server must be stopped',
    options: { ...take('dataFolder'), store: asTheServer(options.store) },
  },
  worker: {
    summary: 'evaluate the runs of a server that was started with --queue, on this machine',
    options: {
      ...take('queue'),
      store: asTheServer(options.store),
      ...take('sharedDataFolder', 'modelFolders', 'device', 'memoryBudgetBytes', 'pickles', 'maxImagePixels'),
      resultBytes: explained(options.resultBytes, 'how much disk kept results may take, such as 500MB; 0MB keeps none'),
      ...take('previews', 'c2pa', 'logLevel', 'logFormat', 'nodeFolders', 'devNodes'),
    },
  },
} as const satisfies Readonly<Record<string, CommandShape>>;

/** First words of two-word commands -> their description in the help. */
export const GROUPS: Readonly<Record<string, string>> = {
  models: 'the checkpoints on this machine, and how to get more',
  plugins: 'nodes of others: what there are, what they may do, and how to get more',
};

export type CommandName = keyof typeof COMMANDS;

type OptionsOf<Name extends CommandName> = (typeof COMMANDS)[Name] extends { readonly options: infer Options }
  ? ValuesOf<Options>
  : unknown;

type ArgsOf<Name extends CommandName> = (typeof COMMANDS)[Name] extends { readonly args: infer Args }
  ? {
      readonly [Arg in keyof Args]: Args[Arg] extends { readonly isList: true }
        ? readonly string[]
        : Args[Arg] extends Argument<true>
          ? string | undefined
          : string;
    }
  : unknown;

/** What a command is called with: its arguments as typed, its options as read. */
export type ConfigOf<Name extends CommandName> = ArgsOf<Name> & OptionsOf<Name>;

function take<Names extends readonly (keyof typeof options)[]>(...names: Names): Pick<typeof options, Names[number]> {
  const all = Object.entries(options);
  // The names of the result type.
  return Object.fromEntries(names.flatMap((name) => all.filter(([known]) => known === name))) as Pick<
    typeof options,
    Names[number]
  >;
}

function asTheServer<Value>(option: Option<Value>): Option<Value> {
  return explained(option, ...option.flags.map(({ help }) => `${help}; as the server was given it`));
}

function required(help: string): Argument<false> {
  return { help, isOptional: false };
}

function optional(help: string): Argument<true> {
  return { help, isOptional: true };
}

function several(help: string) {
  return { help, isOptional: false, isList: true } as const;
}
