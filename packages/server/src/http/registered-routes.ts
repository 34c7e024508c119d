import type { Express, Router } from 'express';

export interface RegisteredRoute {
  /** In upper case. */
  readonly method: string;
  /** As the router writes it: `/api/runs/:run`. */
  readonly path: string;
}

/** The routes that the router itself reports, so that a check of all routes cannot miss an unlisted one. */
export function registeredRoutes(app: Express): readonly RegisteredRoute[] {
  return routesOf(app.router);
}

function routesOf({ stack }: Router): readonly RegisteredRoute[] {
  return stack.flatMap(({ route, handle }) => {
    // A router may contain another one, such as that of ComfyUI's addresses.
    if (route === undefined) return isRouter(handle) ? routesOf(handle) : [];
    // Registered by one path or by several.
    const paths = [route.path as string | readonly string[]].flat();
    const methods = new Set(route.stack.map((layer) => (layer.method ?? 'all').toUpperCase()));
    return paths.flatMap((path) => [...methods].map((method) => ({ method, path })));
  });
}

function isRouter(handle: unknown): handle is Router {
  return typeof handle === 'function' && 'stack' in handle && Array.isArray(handle.stack);
}
