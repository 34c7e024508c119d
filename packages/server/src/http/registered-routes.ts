import type { Express, Router } from 'express';

export interface RegisteredRoute {
  /** In upper case. */
  readonly method: string;
  /** As the router writes it: `/api/runs/:run`. */
  readonly path: string;
}

/** What the router itself says that it answers, so that a check of all routes cannot miss one that no list names. */
export function registeredRoutes(app: Express): readonly RegisteredRoute[] {
  return routesOf(app.router);
}

function routesOf({ stack }: Router): readonly RegisteredRoute[] {
  return stack.flatMap(({ route, handle }) => {
    // One router may hold another, as that of ComfyUI's addresses.
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
