import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ServerConfig } from '../../config.js';

/** The allowed host names of this server, and the allowed origins of pages. */
export interface AllowLists {
  allowsHost(header: string | undefined): boolean;
  /** An absent Origin is judged by the caller; `null`, sent by sandboxed and local pages, is refused. */
  allowsOrigin(header: string): boolean;
}

interface AllowedNames {
  /** The port in use. */
  readonly port: number;
  /** Whether the server itself speaks TLS. */
  readonly isTls?: boolean;
  /** What the server is bound to. */
  readonly host: string;
  /** Names given by the operator, each `name` (any port) or `name:port`; see {@link readAllowedHost}. */
  readonly hosts: readonly string[];
  /** Origins given by the operator, such as `https://studio.example`; see {@link readAllowedOrigin}. */
  readonly origins: readonly string[];
}

/**
 * A page on a hostile name that resolves to this machine has that name in its Host and Origin, so both are compared
 * with lists; comparing them with each other would prove nothing.
 */
export function createAllowLists({ port, isTls = false, host, hosts, origins }: AllowedNames): AllowLists {
  const scheme = isTls ? 'https' : 'http';
  const own = ownNames(host).map((name) => `${name}:${port}`);
  // Clients leave out the port that the scheme implies.
  if (port === (isTls ? 443 : 80)) own.push(...ownNames(host));
  const given = hosts.map((name) => readAllowedHost(name) ?? name);
  const named = new Set([...own, ...given, ...given.flatMap(withoutUsualPort)]);
  const pages = new Set([
    ...own.map((name) => `${scheme}://${name}`),
    ...origins.map((origin) => readAllowedOrigin(origin) ?? origin),
  ]);
  for (const name of [...given, ...given.flatMap(withoutUsualPort)]) pages.add(`http://${name}`).add(`https://${name}`);
  // A name without a port allows all its ports, in the Host header and in page origins.
  const anyPort = new Set(given.filter((name) => portOf(name) === undefined));
  return {
    allowsHost: (header) => {
      const asked = header?.toLowerCase();
      return asked !== undefined && (named.has(asked) || anyPort.has(withoutPort(asked)));
    },
    allowsOrigin(header) {
      const page = header.toLowerCase();
      const name = /^https?:\/\/(.+)$/.exec(page)?.[1];
      return pages.has(page) || (name !== undefined && anyPort.has(withoutPort(name)));
    },
  };
}

/**
 * An allowed name as in a Host header: `name`, `name:port`, an IP address.
 *
 * @returns `undefined` if the text is not one
 */
export function readAllowedHost(text: string): string | undefined {
  const name = isIP(text) === 6 ? `[${text}]` : text;
  if (!/^(\[[0-9a-f:.]+\]|[\p{L}\p{N}]([\p{L}\p{N}._-]*[\p{L}\p{N}])?)(:\d{1,5})?$/iu.test(name)) return undefined;
  const port = portOf(name);
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  const host = withoutPort(name);
  if (!URL.canParse(`http://${host}`)) return undefined;
  // Browsers send names in small letters and as ASCII, addresses in their short form.
  const { hostname } = new URL(`http://${host}`);
  return port === undefined ? hostname : `${hostname}:${Number(port)}`;
}

/**
 * An origin that the operator allows, as browsers write it: `https://studio.example`, with a port unless it is the usual
 * one, without a path.
 *
 * @returns `undefined` if the text is none
 */
export function readAllowedOrigin(text: string): string | undefined {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#@\\\s*]+)$/i.exec(text);
  if (match === null) return undefined;
  const [, scheme = ''] = match;
  if (!/^https?$/i.test(scheme)) return text.toLowerCase();
  return URL.canParse(text) ? new URL(text).origin : undefined;
}

/** Whether an address or name always means this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (name === 'localhost' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(name)) return true;
  return isIP(name) === 6 && ['[::1]', '[::ffff:7f00:1]'].includes(new URL(`http://[${name}]`).hostname);
}

/** Whether a Host header names this machine, at any port. */
export function isLoopbackHost(header: string | undefined): boolean {
  return header !== undefined && isLoopback(withoutPort(header));
}

function ownNames(host: string): string[] {
  const names = ['127.0.0.1', 'localhost', '[::1]', bracketed(host)];
  if (isLoopback(host)) return names;
  // An address is not a name: no DNS answer can make a browser send it in the place of another.
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address } of addresses ?? []) names.push(bracketed(address));
  }
  return names;
}

/** An IPv6 address as written in a URL. */
export function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host.toLowerCase();
}

function portOf(name: string): string | undefined {
  return /:(\d{1,5})$/.exec(name)?.[1];
}

function withoutPort(name: string): string {
  return name.replace(/:\d{1,5}$/, '');
}

function withoutUsualPort(name: string): readonly string[] {
  return ['80', '443'].includes(portOf(name) ?? '') ? [withoutPort(name)] : [];
}

/** Every option for proxies and other names means that others can connect, whatever address the proxy has. */
export function isClosedToOthers({
  host,
  allowedHosts,
  allowedOrigins,
  basePath = '/',
  trustedProxies = 0,
}: ServerConfig): boolean {
  const hasOptions = allowedHosts.length + allowedOrigins.length + trustedProxies > 0 || basePath !== '/';
  return isLoopback(host) && !hasOptions;
}
