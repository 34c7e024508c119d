import { ConfigError, type ServerConfig } from '../config.js';
import { MIN_TOKEN_LENGTH } from './security/access-token.js';
import { isLoopback, readAllowedHost, readAllowedOrigin } from './security/allow-lists.js';

// A proxy behind a proxy behind a load balancer; more is a mistake, and each one more is one more address to forge.
const MAX_PROXIES = 10;

/** @throws ConfigError if the server would be open to the network without a token that its operator chose */
export function checkConfig(config: ServerConfig): void {
  const { host, port, token, limits, historyRuns = 0 } = config;
  checkAddresses(config);
  if (config.comfyuiPageFolder !== undefined && config.comfyui !== true) {
    throw new ConfigError("--comfyui-frontend: ComfyUI's page needs its server's addresses. Add --comfyui.");
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigError(`Port ${port}: expected a whole number from 0 to 65535.`);
  }
  if (!Number.isInteger(limits.changes) || limits.changes < 1) {
    throw new ConfigError('--max-changes: expected a whole number from 1.');
  }
  if (!Number.isSafeInteger(historyRuns) || historyRuns < 0) {
    throw new ConfigError('--history: expected a whole number of runs, 0 or more.');
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new ConfigError('The token in UNCLIP_TOKEN may hold only visible ASCII characters.');
  }
  if (token !== undefined && token.length < MIN_TOKEN_LENGTH) {
    throw new ConfigError(`The token in UNCLIP_TOKEN is too short: expected at least ${MIN_TOKEN_LENGTH} characters.`);
  }
  if (token === undefined && !isLoopback(host)) {
    throw new ConfigError(
      `Host ${host} can be reached from other machines. Set a token of your own in UNCLIP_TOKEN first, ` +
        'such as the output of: openssl rand -base64 32',
    );
  }
}

function checkAddresses({ allowedHosts, allowedOrigins, basePath = '/', trustedProxies = 0 }: ServerConfig): void {
  for (const name of allowedHosts) {
    if (readAllowedHost(name) !== undefined) continue;
    throw new ConfigError(
      `--allow-host "${name}": expected a name or an address, with or without a port, such as studio.example or nas.local:8420.`,
    );
  }
  for (const origin of allowedOrigins) {
    if (readAllowedOrigin(origin) !== undefined) continue;
    throw new ConfigError(
      `--allow-origin "${origin}": expected scheme, name and perhaps a port, without a path, such as https://studio.example.`,
    );
  }
  if (!/^\/([A-Za-z0-9._~-]*[A-Za-z0-9_~-][A-Za-z0-9._~-]*\/)*$/.test(basePath)) {
    throw new ConfigError(`--base-path "${basePath}": expected a path such as /unclip/.`);
  }
  if (!Number.isInteger(trustedProxies) || trustedProxies < 0 || trustedProxies > MAX_PROXIES) {
    throw new ConfigError(
      `--trust-proxy: expected the number of proxies in front of the server, from 1 to ${MAX_PROXIES}.`,
    );
  }
}
