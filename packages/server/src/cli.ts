import { Command, CommanderError } from 'commander';
import { withinBoundary } from './cli/boundary.js';
import { COMMANDS, type CommandName, type CommandShape, type ConfigOf, GROUPS } from './cli/command-table.js';
import { createErrorReports } from './cli/error-reports.js';
import { EXIT } from './cli/exit-codes.js';
import { type Io, processIo } from './cli/io.js';
import { commanderOptions, readOptions, type Typed } from './cli/option.js';
import { type CommandContext, createTerminal, helpOutput } from './cli/terminal.js';
import { programVersion } from './services/program.js';

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

type Run<Name extends CommandName> = (config: ConfigOf<Name>, context: CommandContext) => Promise<number>;

const LOADERS: { readonly [Name in CommandName]: () => Promise<Run<Name>> } = {
  run: async () => (await import('./cli/commands/run.js')).runWorkflowFile,
  check: async () => (await import('./cli/commands/check.js')).checkWorkflowFile,
  import: async () => (await import('./cli/commands/import.js')).importWorkflow,
  export: async () => (await import('./cli/commands/export.js')).exportWorkflow,
  gen: async () => (await import('./cli/commands/gen.js')).generateFunction,
  diff: async () => (await import('./cli/commands/diff.js')).diffWorkflows,
  verify: async () => (await import('./cli/commands/verify.js')).verifyImage,
  explain: async () => (await import('./cli/commands/explain.js')).explainImages,
  strip: async () => (await import('./cli/commands/strip.js')).stripImages,
  nodes: async () => (await import('./cli/commands/nodes.js')).listNodes,
  'nodes create': async () => (await import('./cli/commands/create-nodes.js')).createNodes,
  'plugins list': async () => (await import('./cli/commands/plugins.js')).listPlugins,
  'plugins add': async () => (await import('./cli/commands/plugins.js')).addPluginPackage,
  'plugins remove': async () => (await import('./cli/commands/plugins.js')).removePluginPackage,
  'plugins grant': async () => (await import('./cli/commands/plugins.js')).grantPlugin,
  'plugins trust': async () => (await import('./cli/commands/plugins.js')).trustPluginCode,
  devices: async () => (await import('./cli/commands/devices.js')).listDevices,
  'models list': async () => (await import('./cli/commands/list-models.js')).listModels,
  'models inspect': async () => (await import('./cli/commands/inspect-model.js')).inspectModel,
  'models licence': async () => (await import('./cli/commands/show-license.js')).showLicense,
  'models pull': async () => (await import('./cli/commands/pull-model.js')).pullModel,
  'models download': async () => (await import('./cli/commands/download-model.js')).downloadModel,
  'models remove': async () => (await import('./cli/commands/remove-model.js')).removeModel,
  'models restore': async () => (await import('./cli/commands/remove-model.js')).restoreModel,
  serve: async () => (await import('./cli/commands/serve.js')).serve,
  mcp: async () => (await import('./cli/commands/mcp.js')).mcp,
  backup: async () => (await import('./cli/commands/backup.js')).backUp,
  restore: async () => (await import('./cli/commands/backup.js')).restore,
  repair: async () => (await import('./cli/commands/repair.js')).repair,
  worker: async () => (await import('./cli/commands/worker.js')).work,
};

async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = describeProgram(async (name, values, typed) => {
    const shape: CommandShape = COMMANDS[name];
    const config = await readOptions(shape.options ?? {}, typed, context.io);
    const run = (await LOADERS[name]()) as Run<CommandName>;
    // The table's shape of this command is where both its arguments and its options came from.
    exitCode = await run({ ...namedArgs(shape, values), ...config } as ConfigOf<CommandName>, context);
  }, context);
  try {
    await program.parseAsync(withOneSpelling(args), { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has already printed its message; a request for help is not an error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
    throw error;
  }
}

/** `license` in the names of commands and options means `licence`. */
function withOneSpelling(args: readonly string[]): readonly string[] {
  const isCommand = args[0] === 'models' && args[1] === 'license';
  const named = isCommand ? ['models', 'licence', ...args.slice(2)] : args;
  const end = named.includes('--') ? named.indexOf('--') : named.length;
  return named.map((arg, i) => (i < end ? arg.replace(/^--accept-license(?==|$)/, '--accept-licence') : arg));
}

function namedArgs({ args = {} }: CommandShape, values: readonly unknown[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.keys(args).map((name, i) => [name, values[i]]));
}

/** @param run called with the requested command, its arguments in order and its options as typed */
function describeProgram(
  run: (name: CommandName, args: readonly unknown[], typed: Typed) => Promise<void>,
  context: CommandContext,
): Command {
  const program = new Command('unclip')
    .description('Runs unCLIP workflows: image variations and more with Stable Diffusion 2.1 unCLIP.')
    .version(programVersion())
    .exitOverride()
    .configureOutput(helpOutput(context))
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 run failed, 2 bad workflow or usage, 70 unexpected error, 130 cancelled.',
    );
  const groups = new Map<string, Command>();
  for (const name of Object.keys(COMMANDS) as readonly CommandName[]) {
    const { summary, args = {}, options = {}, footer }: CommandShape = COMMANDS[name];
    const [first = name, second] = name.split(' ');
    const parent = second === undefined ? program : (groups.get(first) ?? addGroup(first));
    const command = parent.command(second ?? first).description(summary);
    // Some are a command by themselves, and a group.
    if (second === undefined) groups.set(first, command);
    for (const [arg, { help, isOptional, isList }] of Object.entries(args)) {
      const shown = isList ? `${arg}...` : arg;
      command.argument(isOptional ? `[${shown}]` : `<${shown}>`, help);
    }
    for (const option of Object.values(options).flatMap(commanderOptions)) command.addOption(option);
    if (footer !== undefined) command.addHelpText('after', `\n${footer}`);
    command.action(() => run(name, command.processedArgs, command.opts()));
  }
  return program;

  function addGroup(name: string): Command {
    const group = program.command(name).description(GROUPS[name] ?? '');
    groups.set(name, group);
    return group;
  }
}
