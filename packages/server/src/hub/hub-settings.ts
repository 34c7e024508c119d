import { createHubClient, type HubClient } from './hub-client.js';

/** The hub, and how to access it. */
export interface HubSettings {
  /** Such as https://huggingface.co. */
  readonly endpoint: string;
  readonly token?: string;
  /** Hosts on this machine or its network that may be accessed. */
  readonly allowedHosts: readonly string[];
}

const HUGGING_FACE = 'https://huggingface.co';

/**
 * The hub of the operator's environment: `HF_ENDPOINT` and `HF_TOKEN`.
 *
 * @param allowFetch hosts in the own network that may be accessed
 */
export function hubSettingsOf(env: NodeJS.ProcessEnv, allowFetch: readonly string[]): HubSettings {
  const endpoint = env['HF_ENDPOINT'] || HUGGING_FACE;
  // A mirror in HF_ENDPOINT is allowed, also in the own network.
  const mirror = env['HF_ENDPOINT'] && URL.canParse(endpoint) ? [new URL(endpoint).hostname] : [];
  return {
    endpoint,
    allowedHosts: [...allowFetch, ...mirror],
    ...(env['HF_TOKEN'] ? { token: env['HF_TOKEN'] } : {}),
  };
}

/**
 * The client of a hub. The token is the own hub's, and no other place's.
 *
 * @param endpoint another hub than the own one
 * @throws HubError
 */
export function hubClientFor({ endpoint: own, token, allowedHosts }: HubSettings, endpoint = own): HubClient {
  const isOwn = [own, HUGGING_FACE].includes(endpoint);
  return createHubClient({ endpoint, allowedHosts, ...(token !== undefined && isOwn ? { token } : {}) });
}
