import { createHash } from 'node:crypto';
import { parseForeignJson } from '@unclip-studio/graph-core';
import { z } from 'zod';
import { MAX_PACKAGE_BYTES, MAX_PACKUMENT_BYTES, MAX_REGISTRY_MS } from '../limits.js';
import { FetchFailedError, FetchRefusedError, fetchForUser } from '../net/fetch-for-user.js';
import { isPackageName } from './manifest.js';
import { PluginError } from './plugin-errors.js';
import type { RegistrySettings } from './registry-settings.js';

export interface RegistryPackage {
  readonly name: string;
  readonly version: string;
  readonly tarball: Uint8Array;
  /** Where the tarball came from. */
  readonly resolved: string;
  /** `sha512-` and the hash of the tarball in base64, as the registry says and as it is. */
  readonly integrity: string;
}

const packument = z.object({
  'dist-tags': z.record(z.string(), z.string()),
  versions: z.record(
    z.string(),
    z.object({ dist: z.object({ tarball: z.string().max(2_000), integrity: z.string().max(2_000).optional() }) }),
  ),
});

/**
 * Downloads a package from an npm registry, and checks it against the hash from the registry.
 *
 * @param spec `NAME`, `NAME@VERSION` or `NAME@TAG`
 * @throws PluginError if there is none, it cannot be downloaded, or it does not match the hash
 */
export async function fetchPackage(spec: string, settings: RegistrySettings): Promise<RegistryPackage> {
  // A version or a tag; what a range resolves to would change unnoticed.
  const [, name = '', wanted = 'latest'] = /^(.+?)(?:@([\w.+-]{1,60}))?$/.exec(spec) ?? [];
  if (!isPackageName(name)) {
    throw new PluginError(spec, 'expected a file, or the name of a package as NAME, NAME@VERSION or NAME@TAG');
  }
  const address = `${settings.registry.replace(/\/+$/, '')}/${name.replace('/', '%2f')}`;
  const about = readPackument(name, await fetchBytes(name, address, { settings, maxBytes: MAX_PACKUMENT_BYTES }));
  const version = ownValue(about['dist-tags'], wanted) ?? wanted;
  const dist = ownValue(about.versions, version)?.dist;
  if (dist === undefined) {
    throw new PluginError(name, `${settings.registry} has no ${name}@${wanted}; ${describeVersions(about)}`);
  }
  const integrity = dist.integrity?.split(/\s+/).find((one) => /^sha512-[A-Za-z0-9+/]{86}==$/.test(one));
  if (integrity === undefined) {
    throw new PluginError(name, `${settings.registry} gives no sha512 of ${name}@${version}, so it cannot be checked`);
  }
  const tarball = await fetchBytes(name, dist.tarball, { settings, maxBytes: MAX_PACKAGE_BYTES });
  const hash = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  if (hash !== integrity) {
    throw new PluginError(name, `what ${dist.tarball} sent does not match the registry: its sha512 is different`);
  }
  return { name, version, tarball, resolved: dist.tarball, integrity };
}

function readPackument(name: string, bytes: Uint8Array): z.infer<typeof packument> {
  try {
    return packument.parse(parseForeignJson(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new PluginError(name, 'its registry entry cannot be read', { cause: error });
  }
}

interface Fetching {
  readonly settings: RegistrySettings;
  readonly maxBytes: number;
}

async function fetchBytes(name: string, address: string, { settings, maxBytes }: Fetching): Promise<Uint8Array> {
  try {
    const answer = await fetchForUser(address, {
      // The short form, which has all that is needed here.
      headers: { accept: 'application/vnd.npm.install-v1+json, application/json;q=0.8, */*;q=0.5' },
      allowedHosts: settings.allowedHosts,
      ...{ maxBytes, totalTimeoutMs: MAX_REGISTRY_MS },
    });
    if (!answer.ok) {
      await answer.body?.cancel();
      const { host } = new URL(address);
      throw new PluginError(
        name,
        answer.status === 404 ? `${host} has no such package` : `${host} answered ${answer.status}`,
      );
    }
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    if (!(error instanceof FetchFailedError) && !(error instanceof FetchRefusedError)) throw error;
    throw new PluginError(name, `it cannot be fetched: ${error.message}`, { cause: error });
  }
}

function describeVersions({ versions, 'dist-tags': tags }: z.infer<typeof packument>): string {
  const known = [...Object.keys(tags), ...Object.keys(versions).reverse()].slice(0, 10);
  return known.length === 0 ? 'it has no versions' : `it has ${known.join(', ')}`;
}

function ownValue<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
