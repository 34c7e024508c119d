import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { inLongSuite } from '../support/long-suite.js';
import { startTestRedis, WHY_NO_REDIS } from '../support/redis-server.js';
import { startUnclip } from '../support/start-unclip.js';
import { tempFolder } from '../support/temp-folder.js';
import { unclip } from '../support/unclip.js';
import { REPOSITORY } from '../support/variations.js';

// What can be known of the files in deploy/ without an engine for containers.

interface Service {
  readonly user?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly volumes?: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly image: string;
}

const read = (name: string) => readFileSync(join(REPOSITORY, 'deploy', name), 'utf8');
const compose = parse(read('compose.yaml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};
const objects = parseAllDocuments(read('kubernetes.yaml')).map((document) => document.toJS());
const containers = objects.flatMap(({ spec }) => spec?.template?.spec?.containers ?? []);
const ours = 'unclip-studio:latest';
const ourContainers = containers.filter(({ image: name }) => name === ours);
const commands: readonly (readonly [string, readonly string[]])[] = [
  ...Object.entries(compose.services)
    .filter(([, { image }]) => image === 'unclip-studio')
    .map(([name, { command }]) => [`compose ${name}`, command] as const),
  ...ourContainers.map(({ name, args }) => [`kubernetes ${name}`, args as readonly string[]] as const),
];

test('every file of Kubernetes is valid: kinds, names, and labels that select what they should', () => {
  const templates = objects.filter(({ spec }) => spec?.template !== undefined);
  expect(parseAllDocuments(read('kubernetes.yaml')).flatMap(({ errors }) => errors)).toEqual([]);
  for (const { apiVersion, kind, metadata } of objects) {
    expect([typeof apiVersion, typeof kind, typeof metadata?.name]).toEqual(['string', 'string', 'string']);
  }
  for (const { spec } of templates) expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
  for (const { kind, spec } of objects) {
    if (kind !== 'Service') continue;
    const [backend] = templates.filter((one) => one.spec.template.metadata.labels.app === spec.selector.app);
    const ports = backend?.spec.template.spec.containers[0].ports.map(
      (port: { containerPort: number }) => port.containerPort,
    );
    expect(ports).toContain(spec.ports[0].targetPort);
  }
});

test.each(commands)('%s names only options that the command has', async (_, [command = '', ...args]) => {
  const { stdout } = await unclip([command, '--help']);

  const options = args.filter((arg) => arg.startsWith('--'));
  expect(['serve', 'worker']).toContain(command);
  for (const option of options) expect(stdout).toMatch(new RegExp(`^ +${option}( |$)`, 'm'));
});

test('the environment has only what the program reads', () => {
  const source = join(REPOSITORY, 'packages/server/src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const text = files.map((name) => readFileSync(join(source, name), 'utf8')).join('\n');
  const ours = [
    ...Object.values(compose.services).flatMap(({ environment }) => Object.keys(environment ?? {})),
    ...objects.filter(({ kind }) => kind === 'Secret').flatMap(({ stringData }) => Object.keys(stringData)),
    ...objects.filter(({ kind }) => kind === 'ConfigMap').flatMap(({ data }) => Object.keys(data)),
    ...ourContainers.flatMap(({ env }) => (env ?? []).map(({ name }: { name: string }) => name)),
  ].filter((name) => name.startsWith('UNCLIP_'));

  expect(new Set(ours)).toEqual(new Set(['UNCLIP_QUEUE_KEY', 'UNCLIP_QUEUE_URL', 'UNCLIP_STORE', 'UNCLIP_TOKEN']));
  for (const name of ours) expect(text).toContain(name);
});

test('the systemd unit starts the command with options that it has, on a folder that it may write', async () => {
  const unit = read('unclip-studio.service');
  const [, command = '', words = ''] = /^ExecStart=\/usr\/bin\/env unclip (\S+) (.*)$/m.exec(unit) ?? [];
  const { stdout } = await unclip([command, '--help']);
  const options = words.split(' ').filter((word) => word.startsWith('--'));

  expect(options.length).toBeGreaterThan(2);
  for (const option of options) expect(stdout).toMatch(new RegExp(`^ +${option}( |$)`, 'm'));
  const [, folder = ''] = /^StateDirectory=(.*)$/m.exec(unit) ?? [];
  expect(words).toContain(`--data-dir /var/lib/${folder} `);
  expect(unit).toContain(`HOME=/var/lib/${folder} `);
});

const dockerfile = readFileSync(join(REPOSITORY, 'Dockerfile'), 'utf8');
const image = {
  user: /^USER (\S+)$/m.exec(dockerfile)?.[1] ?? '',
  /** What it makes for volumes. */
  folders: /^RUN mkdir ([^&]+) &&/m.exec(dockerfile)?.[1]?.split(' ') ?? [],
  home: /^ENV .*HOME=(\S+)/m.exec(dockerfile)?.[1] ?? '',
  command: JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as readonly string[],
};
const optionOf = (command: readonly string[], option: string) => command[command.indexOf(option) + 1] ?? '';

test('the image starts the command of the npm package, as the user and in the folders that compose and Kubernetes expect', async () => {
  const { bundledFiles } = (await import(join(REPOSITORY, 'scripts/pack.mjs'))) as {
    bundledFiles(): Promise<Readonly<Record<string, string>>>;
  };
  const program = /^ENTRYPOINT \["tini", "--", "node", "\/app\/node_modules\/unclip-studio\/(\S+)\.js"\]$/m.exec(
    dockerfile,
  );
  const { stdout } = await unclip([image.command[0] ?? '', '--help']);

  expect(Object.keys(await bundledFiles())).toContain(program?.[1]);
  for (const option of image.command.filter((word) => word.startsWith('--'))) expect(stdout).toContain(`${option} `);
  expect(image.folders).toEqual(['/data', '/models', '/store']);
  expect([image.home, optionOf(image.command, '--data-dir'), /^VOLUME (\S+)$/m.exec(dockerfile)?.[1]]).toEqual([
    '/data',
    '/data',
    '/data',
  ]);
  expect(dockerfile).toContain(`fetch('http://127.0.0.1:${optionOf(image.command, '--port')}/api/health')`);
  // Nothing except FROM depends on the base.
  expect(dockerfile.match(/^FROM .*$/gm)).toEqual(['FROM node:24-slim AS build', 'FROM node:24-slim']);
});

test('services and pods run with a read-only root, without privileges, and write to folders of the image alone', () => {
  const services = Object.values(compose.services).filter((one) => one.image === 'unclip-studio');
  expect(services.length).toBeGreaterThan(1);
  for (const { command, volumes = [], ...service } of services) {
    expect(service).toMatchObject({ user: image.user, read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] });
    const targets = volumes.map((volume) => volume.split(':')[1] ?? '');
    expect(targets.filter((target) => !image.folders.includes(target))).toEqual([]);
    expect(targets).toContain(optionOf(command, '--models'));
  }
  const pods = objects.map(({ spec }) => spec?.template?.spec).filter((spec) => spec?.containers[0].image === ours);
  expect(pods.length).toBe(ourContainers.length);
  for (const { securityContext, containers: all, volumes = [] } of pods) {
    const [uid, gid] = image.user.split(':').map(Number);
    expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: uid, runAsGroup: gid, fsGroup: gid });
    for (const container of all) {
      expect(container.securityContext).toEqual({
        ...{ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
        capabilities: { drop: ['ALL'] },
      });
      const mounts = (container.volumeMounts as readonly { name: string; mountPath: string }[]).map(
        (one) => one.mountPath,
      );
      expect(mounts.filter((path) => !['/tmp', ...image.folders].includes(path))).toEqual([]);
      expect(mounts).toEqual(expect.arrayContaining(['/tmp', image.home]));
    }
    const claimed = new Set([...volumes.map(({ name }: { name: string }) => name), 'data']);
    const named = all.flatMap((one: { volumeMounts: readonly { name: string }[] }) => one.volumeMounts);
    for (const { name } of named) expect(claimed).toContain(name);
  }
});

test('server, probes and image agree on the port', () => {
  const port = /EXPOSE (\d+)/.exec(dockerfile)?.[1] ?? '';

  expect(compose.services['server']?.command).toContain(port);
  expect(compose.services['server']?.ports).toEqual([`127.0.0.1:${port}:${port}`]);
  const [server] = ourContainers.filter(({ name }) => name === 'server');
  expect(server.args).toContain(port);
  expect([server.readinessProbe.tcpSocket.port, server.livenessProbe.tcpSocket.port]).toEqual([
    Number(port),
    Number(port),
  ]);
});

const redisScripts = [
  ['compose', compose.services['redis']?.command.at(-1)?.replaceAll('$$', '$') ?? ''],
  ...inLongSuite([['kubernetes', containers.find(({ name }) => name === 'redis').args[0] as string]] as const),
] as const;

test.skipIf(WHY_NO_REDIS !== undefined).each(redisScripts)(
  'the user of Redis in %s may do what server and worker need, and no one else may do anything',
  { timeout: 120_000 },
  async (_, script) => {
    const folder = tempFolder();
    const list = join(folder, 'users.acl');
    const [writeUsers = '', start = ''] = script.split(' && ');
    execFileSync('sh', ['-c', writeUsers.replace('/tmp/users.acl', list)], {
      env: { REDIS_PASSWORD: 'canary-password' },
    });
    const settings = start.replace('exec redis-server', '').replace('/tmp/users.acl', list).trim().split(/\s+/);
    const redis = await startTestRedis({ folder, settings: settings.map((word) => (word === "''" ? '' : word)) });
    onTestFinished(redis.end);
    const env = { UNCLIP_QUEUE_KEY: 'canary-key-0123456789-abcdef', UNCLIP_TOKEN: '' };
    const store = join(folder, 'store');
    const url = redis.url.replace('//', '//unclip:canary-password@');
    const options = ['--queue', url, '--store', store, '--log-level', 'warn'];
    const server = startUnclip(['serve', '--port', '0', '--data-dir', join(folder, 'data'), ...options], env);
    const [origin] = (await server.address()).split('/#t=');
    const worker = startUnclip(['worker', '--device', 'cpu', ...options], env);
    const health = async () => (await fetch(`${origin}/api/health`)).status;

    await expect.poll(health, { timeout: 60_000 }).toBe(200);
    const answer = await redis.command('GET', 'unclip:anything');

    expect(answer).toMatch(/NOAUTH|Authentication required/);
    expect([await worker.end(), await server.end()]).toEqual([0, 0]);
  },
);
