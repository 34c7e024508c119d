import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** The names under which this server may be asked, and the pages that may ask it. */
export interface AllowLists {
  allowsHost(header: string | undefined): boolean;
  /** An absent Origin is judged by the caller; `null`, sent by sandboxed and local pages, is refused. */
  allowsOrigin(header: string): boolean;
}

interface AllowedNames {
  /** The port in use. */
  readonly port: number;
  /** What the server is bound to. */
  readonly host: string;
  /** Names given by the operator, each `name` (any port) or `name:port`. */
  readonly hosts: readonly string[];
  /** Origins given by the operator, such as `https://studio.example`. */
  readonly origins: readonly string[];
}

/**
 * A page on a hostile name that resolves to this machine has that name in its Host and Origin, so both are compared
 * with lists; comparing them with each other would prove nothing.
 */
export function createAllowLists({ port, host, hosts, origins }: AllowedNames): AllowLists {
  const own = ownNames(host).map((name) => `${name}:${port}`);
  // Clients leave the port of http out.
  if (port === 80) own.push(...ownNames(host));
  const named = new Set([...own, ...hosts.map((name) => name.toLowerCase())]);
  const pages = new Set([...own.map((name) => `http://${name}`), ...origins.map((origin) => origin.toLowerCase())]);
  for (const name of hosts) {
    pages.add(`http://${name.toLowerCase()}`);
    pages.add(`https://${name.toLowerCase()}`);
  }
  return {
    allowsHost: (header) => {
      const asked = header?.toLowerCase();
      return asked !== undefined && (named.has(asked) || named.has(asked.replace(/:\d{1,5}$/, '')));
    },
    allowsOrigin: (header) => pages.has(header.toLowerCase()),
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
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

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host.toLowerCase();
}
