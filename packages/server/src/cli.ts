import { Command, CommanderError, Option } from 'commander';
import { withinBoundary } from './cli/boundary.js';
import { createErrorReports } from './cli/error-reports.js';
import { EXIT } from './cli/exit-codes.js';
import { type Io, processIo } from './cli/io.js';
import { type CommandContext, createTerminal, helpOutput } from './cli/terminal.js';
import { programVersion } from './services/program-version.js';

export type { Io } from './cli/io.js';

/**
 * The command line. Each command's code is loaded when it is called, so that `--help` does not wait for models. Never
 * throws, and leaves nothing open: it may be called again and again in one process.
 *
 * @param args without the names of Node and of the script
 * @param io what the command reads, prints to and listens to; this process when left out
 * @returns the exit code; see `EXIT`
 */
export function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  const context: CommandContext = { io, terminal: createTerminal(io), reports: createErrorReports(io) };
  return withinBoundary(context, () => runCommand(args, context));
}

async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = describeProgram((code) => {
    exitCode = code;
  }, context);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed its words; help that was asked for is no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
    throw error;
  }
}

const DEVICE_HELP =
  'auto, cpu, cuda, directml, coreml or webgpu, with :float16 behind it for half precision; auto takes what passes a self-test and beats the CPU';
const MAX_MEGAPIXELS_HELP = 'the largest image to decode; 100 take about 300 MB (default: 100)';
const STORE_HELP =
  'where pictures and results are kept for all machines: a folder, or s3://BUCKET/PREFIX (default: UNCLIP_STORE)';
const QUEUE_HELP = 'redis://HOST, redis://USER:PASSWORD@HOST, or rediss://HOST for TLS (default: UNCLIP_QUEUE_URL)';

function describeProgram(end: (exitCode: number) => void, context: CommandContext): Command {
  const program = new Command('unclip')
    .description('Runs unCLIP workflows: image variations and more with Stable Diffusion 2.1 unCLIP.')
    .version(programVersion())
    .exitOverride()
    .configureOutput(helpOutput(context))
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 run failed, 2 bad workflow or usage, 70 unexpected error, 130 cancelled.',
    );

  program
    .command('run')
    .description('run a workflow and print the paths of the pictures it made')
    .argument('<file>', 'a workflow JSON, a PNG or WebP that carries one, or - for standard input')
    .option(
      '--input <name=value>',
      'set an input that the workflow names, as in photo=cat.png; may be repeated',
      collect,
    )
    .option('--set <node.param=value>', 'set a param first, as in photo.image=cat.png; may be repeated', collect)
    .option(
      '--from-step <step>',
      'let the settings count from this step of the sampling on, or of a certain node, as in sample=12',
    )
    .option('--target <node>', 'run only this node and what it reads; may be repeated', collect)
    .option('--out <dir>', 'folder for the results', 'output')
    .option('--json', 'print one run event a line as JSON')
    .option('--device <device>', DEVICE_HELP, 'auto')
    .option('--memory <size>', 'what models may take together, as in 6GB (default: 70 % of the machine)')
    .option('--max-megapixels <number>', MAX_MEGAPIXELS_HELP)
    .option('--models <dir>', 'look for checkpoints here too; may be repeated', collect)
    .option('--check', 'compare what was made with what the workflow expects, and fail if it is not so')
    .option('--receipts', 'write the receipt of each picture beside it too, for what strips metadata')
    .option('--no-cache', 'evaluate every node, and keep no results for later runs')
    .option('--cache-size <size>', 'how much disk kept results may take, such as 500MB', '4GB')
    .option('--cache-dir <dir>', 'where results are kept (default: UNCLIP_CACHE_DIR, or the folder for caches)')
    .addHelpText(
      'after',
      '\nSeveral values make a run each: photo.image="pics/*.png", photo.image=pics/ (a folder), noise.seed=1..4,\n' +
        'noise.noiseLevel="0..1000 step 250", sample.scheduler=ddim,euler. Their pictures are named after them.',
    )
    .action(async (file, options) => {
      const { runWorkflowFile } = await import('./cli/run.js');
      end(
        await runWorkflowFile(
          file,
          { set: [], input: [], target: [], json: false, check: false, receipts: false, models: [], ...options },
          context,
        ),
      );
    });

  program
    .command('check')
    .description('say whether a workflow is valid, and if not, everything that is wrong')
    .argument('<file>', 'a workflow JSON, a PNG or WebP that carries one, or - for standard input')
    .option('--models <dir>', 'look for checkpoints here too; may be repeated', collect)
    .option('--max-megapixels <number>', MAX_MEGAPIXELS_HELP)
    .action(async (file, options) => {
      const { checkWorkflowFile } = await import('./cli/check.js');
      end(await checkWorkflowFile(file, { models: [], ...options }, context));
    });

  program
    .command('import')
    .description('turn a workflow of ComfyUI into one of ours, and say what became of each node')
    .argument('<file>', 'a JSON in either of its formats, a PNG or WebP that carries one, or - for standard input')
    .option('--out <file>', 'where to write it (default: standard output); no file is replaced')
    .option('--json', 'print workflow and report as one JSON object')
    .action(async (file, options) => {
      const { importWorkflow } = await import('./cli/import.js');
      end(await importWorkflow(file, { json: false, ...options }, context));
    });

  program
    .command('export')
    .description("say a workflow in ComfyUI's API format, as far as it has nodes for it")
    .argument('<file>', 'a workflow JSON, or a picture that carries one')
    .option('--out <file>', 'where to write it (default: standard output); no file is replaced')
    .action(async (file, options) => {
      const { exportWorkflow } = await import('./cli/export.js');
      end(await exportWorkflow(file, options, context));
    });

  program
    .command('gen')
    .description('write a TypeScript module with the workflow as a typed function')
    .argument('<file>', 'a workflow JSON, a PNG or WebP that carries one, or - for standard input')
    .option('--out <file>', 'where to write it (default: standard output); no file is replaced')
    .action(async (file, options) => {
      const { generateFunction } = await import('./cli/gen.js');
      end(await generateFunction(file, options, context));
    });

  program
    .command('diff')
    .description('say in what two workflows differ: what they mean, not where their cards lie')
    .argument('<a>', 'a workflow JSON, or a picture that carries one')
    .argument('<b>', 'another one')
    .action(async (a, b) => {
      const { diffWorkflows } = await import('./cli/diff.js');
      end(await diffWorkflows(a, b, context));
    });

  program
    .command('verify')
    .description('check the receipt inside a picture, and say what can and what cannot be told here')
    .argument('<file>', 'a picture saved by unclip-studio')
    .option('--models <dir>', 'look for checkpoints here too; may be repeated', collect)
    .action(async (file, options) => {
      const { verifyPicture } = await import('./cli/verify.js');
      end(await verifyPicture(file, { models: [], ...options }, context));
    });

  program
    .command('explain')
    .description('name the first node and param at which two pictures part')
    .argument('<a>', 'a picture saved by unclip-studio')
    .argument('<b>', 'another one')
    .action(async (a, b) => {
      const { explainPictures } = await import('./cli/explain.js');
      end(await explainPictures(a, b, context));
    });

  program
    .command('nodes')
    .description('list the node types with their inputs, outputs and params')
    .argument('[file]', 'a workflow whose subgraphs to list instead')
    .option('--json', 'print the definitions as one JSON array')
    .action(async (file, options) => {
      const { listNodes } = await import('./cli/nodes.js');
      end(await listNodes(file, { json: false, ...options }, context));
    });

  describeModels(program, end, context);

  program
    .command('serve')
    .description('start the editor and the API, and print the address to open')
    .option('--host <host>', 'address to listen on; others than this machine need UNCLIP_TOKEN to be set', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes any free one', '8420')
    .option('--data-dir <dir>', 'where runs, workflows and pictures are kept (default: ~/.unclip-studio)')
    .option('--models <dir>', 'look for checkpoints here too; may be repeated', collect)
    .option('--device <device>', DEVICE_HELP, 'auto')
    .option('--memory <size>', 'what models may take together, as in 6GB (default: 70 % of the machine)')
    .option('--max-megapixels <number>', MAX_MEGAPIXELS_HELP)
    .option('--comfyui', 'answer to clients of ComfyUI too; on this machine they need no token')
    .option('--no-comfyui-previews', 'send them no half-done pictures, which some take for results')
    .option('--allow-host <name>', 'answer to this name too, at any port, and to its pages; may be repeated', collect)
    .option(
      '--allow-origin <origin>',
      'accept what pages of this origin send through a proxy; may be repeated',
      collect,
    )
    .option('--base-path <path>', 'where a proxy puts the server below its origin, such as /unclip/', '/')
    .option(
      '--trust-proxy [count]',
      'take clients and https from X-Forwarded-For and -Proto; with how many proxies in front (default: 1)',
    )
    .option('--tls-cert <file>', 'speak https with this certificate (PEM, with those of its issuers)')
    .option('--tls-key <file>', 'the private key of the certificate (PEM)')
    .option('--cache-size <size>', 'how much disk kept results may take, such as 500MB', '4GB')
    .option('--history <runs>', 'how many ended runs to remember besides those whose pictures are there', '10000')
    .addOption(logLevelOption())
    .addOption(logFormatOption())
    .option('--max-changes <number>', 'requests that change something, of one client in ten seconds', '600')
    .option('--dev-nodes', 'add the nodes that tests and benches use')
    .option('--store <address>', STORE_HELP)
    .option('--queue <url>', `hand runs to workers on other machines; ${QUEUE_HELP}`)
    .option('--queue-name <name>', 'of the queue, if several servers share one Redis', 'unclip')
    .option('--queue-key-file <file>', 'the key that server and workers have in common (default: UNCLIP_QUEUE_KEY)')
    .option('--queue-ca <file>', 'PEM of the authority that vouches for a rediss:// server')
    .action(async (options) => {
      const { serve } = await import('./cli/serve.js');
      const lists = {
        models: [],
        allowHost: [],
        allowOrigin: [],
        devNodes: false,
        comfyui: false,
        comfyuiPreviews: true,
      };
      end(await serve({ ...lists, ...options }, context));
    });

  program
    .command('repair')
    .description('list stored images again that the database of a server does not know; the server must be stopped')
    .option('--data-dir <dir>', 'where runs, workflows and images are kept (default: ~/.unclip-studio)')
    .option('--store <address>', `${STORE_HELP}; as the server was given it`)
    .action(async (options) => {
      const { repair } = await import('./cli/repair.js');
      end(await repair(options, context));
    });

  program
    .command('worker')
    .description('evaluate the runs of a server that was started with --queue, on this machine')
    .option('--queue <url>', QUEUE_HELP)
    .option('--queue-name <name>', 'of the queue, as the server was given it', 'unclip')
    .option('--queue-key-file <file>', 'the key that server and workers have in common (default: UNCLIP_QUEUE_KEY)')
    .option('--queue-ca <file>', 'PEM of the authority that vouches for a rediss:// server')
    .option('--store <address>', `${STORE_HELP}; as the server was given it`)
    .option('--data-dir <dir>', "the server's data folder, on a disk that both machines see")
    .option('--models <dir>', 'look for checkpoints here too; may be repeated', collect)
    .option('--device <device>', DEVICE_HELP, 'auto')
    .option('--memory <size>', 'what models may take together, as in 6GB (default: 70 % of the machine)')
    .option('--max-megapixels <number>', MAX_MEGAPIXELS_HELP)
    .option('--cache-size <size>', 'how much disk kept results may take, such as 500MB; 0MB keeps none', '4GB')
    .addOption(logLevelOption())
    .addOption(logFormatOption())
    .option('--dev-nodes', 'add the nodes that tests and benches use')
    .action(async (options) => {
      const { work } = await import('./cli/worker.js');
      end(await work({ models: [], devNodes: false, ...options }, context));
    });

  return program;
}

function describeModels(program: Command, end: (exitCode: number) => void, context: CommandContext): void {
  const models = program.command('models').description('the checkpoints on this machine, and how to get more');

  models
    .command('list')
    .description('list the checkpoints that workflows can name')
    .option('--models <dir>', 'look for checkpoints here too; may be repeated', collect)
    .action(async (options) => {
      const { listModels } = await import('./cli/models.js');
      end(await listModels({ models: [], ...options }, context));
    });

  models
    .command('inspect')
    .description('say what a checkpoint is: layout, parts, sizes, memory needed, and all that is wrong with it')
    .argument('<path>', 'a checkpoint folder, a .safetensors file, or a name that "models list" shows')
    .option('--models <dir>', 'look for checkpoints here too; may be repeated', collect)
    .action(async (path, options) => {
      const { inspectModel } = await import('./cli/inspect.js');
      end(await inspectModel(path, { models: [], ...options }, context));
    });

  models
    .command('pull')
    .description('fetch a checkpoint, from huggingface.co or elsewhere; run it again to go on after a break')
    .argument('[model]', 'OWNER/NAME, as in sd2-community/stable-diffusion-2-1-unclip; or, of a known model, its NAME')
    .option(
      '--from <source>',
      'take it from here: OWNER/NAME, a page of a model hub, or the URL of a .safetensors file',
    )
    .option('--sha256 <hex>', 'what the file from --from URL must have')
    .option('--allow-fetch <host>', 'ask this host although it is on your network; may be repeated', collect)
    .option('--dir <dir>', 'the folder that it becomes (default: models/NAME)')
    .option('--variant <variant>', 'full, or fp16: half the size, at slightly different numbers', 'full')
    .option('--file <file>', 'only this checkpoint in one file')
    .option('--revision <name>', 'a branch, tag or commit', 'main')
    .addHelpText('after', '\nEnvironment: HF_TOKEN for models that need a login, HF_ENDPOINT for a mirror.')
    .action(async (model, options) => {
      const { pullModel } = await import('./cli/pull.js');
      end(await pullModel(model, { allowFetch: [], ...options }, context));
    });
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

function logLevelOption(): Option {
  return new Option('--log-level <level>', 'how much is logged')
    .choices(['error', 'warn', 'info', 'debug'])
    .default('info');
}

function logFormatOption(): Option {
  return new Option(
    '--log-format <format>',
    'text for people or json for programs (default: text in a terminal, json elsewhere)',
  ).choices(['text', 'json']);
}
