/** Where packages come from if no other registry is named. */
export const DEFAULT_REGISTRY = 'https://registry.npmjs.org';

export interface RegistrySettings {
  /** Such as {@link DEFAULT_REGISTRY}. */
  readonly registry: string;
  /** Hosts on this machine or its network that may be accessed. */
  readonly allowedHosts: readonly string[];
}

/** @param allowFetch hosts in the own network that may be accessed */
export function registrySettings(registry: string, allowFetch: readonly string[]): RegistrySettings {
  // A registry named by the user is allowed, also in their own network.
  const own = registry !== DEFAULT_REGISTRY && URL.canParse(registry) ? [new URL(registry).host] : [];
  return { registry, allowedHosts: [...allowFetch, ...own] };
}
