/** Where packages come from if no other registry is named. */
export const DEFAULT_REGISTRY = 'https://registry.npmjs.org';

export interface RegistrySettings {
  /** Such as {@link DEFAULT_REGISTRY}. */
  readonly registry: string;
  /** Hosts on this machine or its network that may be asked. */
  readonly allowedHosts: readonly string[];
}

/** @param allowFetch hosts of the own network that may be asked */
export function registrySettings(registry: string, allowFetch: readonly string[]): RegistrySettings {
  // Whoever names a registry means it, also on their own network.
  const own = registry !== DEFAULT_REGISTRY && URL.canParse(registry) ? [new URL(registry).host] : [];
  return { registry, allowedHosts: [...allowFetch, ...own] };
}
