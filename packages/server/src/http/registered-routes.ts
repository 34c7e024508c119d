import type { Express } from 'express';

export interface RegisteredRoute {
  /** In upper case. */
  readonly method: string;
  /** As the router writes it: `/api/runs/:run`. */
  readonly path: string;
}

/** What the router itself says that it answers, so that a check of all routes cannot miss one that no list names. */
export function registeredRoutes(app: Express): readonly RegisteredRoute[] {
  return app.router.stack.flatMap(({ route }) =>
    route === undefined
      ? []
      : route.stack.map((layer) => ({ method: (layer.method ?? 'all').toUpperCase(), path: route.path })),
  );
}
