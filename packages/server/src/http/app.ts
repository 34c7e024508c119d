import type { ComfyLayer } from '@unclip-studio/comfyui/server';
import compression from 'compression';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import helmet from 'helmet';
import type { Grant } from '../store/grants-table.js';
import { admitGrant, checkUploadSize } from './grants/admit-grant.js';
import type { Logger } from './log.js';
import type { RequestCounter } from './metrics.js';
import { serveComfyPage } from './pages/serve-comfy-page.js';
import { serveEditor } from './pages/serve-editor.js';
import { Problem } from './problem.js';
import { createRateLimits } from './rate-limits.js';
import { readJsonBody } from './read-json-body.js';
import type { Reply } from './reply.js';
import type { ApiPrefix, Route } from './route.js';
import { isOwnRoute, ROUTES } from './routes/index.js';
import { checkAddress, checkToken } from './security/check-request.js';
import { API_POLICY, sendReply } from './send-reply.js';
import type { ServerParts } from './server-parts.js';
import { toProblem } from './to-problem.js';
import type { UploadGate } from './upload-gate.js';
import { withoutVersion } from './versioned-path.js';

interface AppOptions {
  readonly parts: ServerParts;
  readonly uploads: UploadGate;
  readonly log: Logger;
  readonly requests: RequestCounter;
  /** Addresses of another server, which admit their clients themselves. */
  readonly comfyui?: Pick<ComfyLayer, 'router' | 'admits' | 'pagePath'>;
}

/**
 * The checks in order: address, public routes, token, all other routes. What is mounted behind the token check needs
 * one, whatever it is; public routes are marked as such.
 */
export async function createApp(options: AppOptions): Promise<Express> {
  const { parts } = options;
  const app = express();
  app.disable('x-powered-by');
  // The library's own parser of nested queries creates objects that are not used here.
  app.set('query parser', 'simple');
  // The number of trusted proxies for the client's address and scheme; false: none.
  app.set('trust proxy', parts.config.trustedProxies || false);
  app.use(watchRequest(options));
  app.use((request, response, next) => {
    const url = withoutVersion(request.url);
    if (url !== undefined) {
      request.url = url;
      response.locals['prefix'] = '/api/v1' satisfies ApiPrefix;
    }
    next();
  });
  app.use(securityHeaders());
  app.use((request, _response, next) => {
    // Files of the program are the same for everyone, and some browsers send an Origin even for a page's own.
    checkAddress(parts.rules, request.headers, isReading(request) && request.path.startsWith('/assets/'));
    if (request.url.includes('%00') || request.url.includes('\0')) throw holdsNul();
    next();
  });
  const limits = createRateLimits(parts.config.limits);
  app.use((request, response, next) => (isReading(request) ? limits.reads : limits.changes)(request, response, next));
  app.use(compression({ filter: isText }));

  const { comfyui } = options;
  if (comfyui !== undefined) {
    app.use(comfyui.router);
    const { comfyuiPageFolder: page } = parts.config;
    if (page !== undefined) await serveComfyPage(app, page, comfyui);
  }
  await serveEditor(app, parts.config.editorFolder);
  const { basePath } = parts.rules;
  // Without the slash, relative addresses of the page would resolve next to it.
  if (basePath !== '/') app.get(basePath.slice(0, -1), (_request, response) => response.redirect(308, basePath));
  const publicRoutes = ROUTES.filter((route) => route.access === 'public');
  for (const route of publicRoutes) {
    const gates = route.method === 'get' ? [] : [limits.tries()];
    mount(app, route, [...gates, ...bodyGates(route, options)], options);
  }
  for (const route of ROUTES.filter(({ access }) => access === 'grant')) {
    mount(app, route, [grantGate(route, parts), ...bodyGates(route, options)], options);
  }
  if (comfyui !== undefined) app.use(tellUnknown(comfyui));
  app.use((request, _response, next) => {
    checkToken(parts.rules, request.headers, !isReading(request));
    next();
  });
  for (const route of ROUTES) if (route.access === undefined) mount(app, route, bodyGates(route, options), options);
  for (const path of new Set(ROUTES.map((route) => route.path))) app.route(toExpressPath(path)).all(refuseMethod(path));
  app.use((request) => {
    throw isNotThere(request);
  });
  app.use(answerProblem(options.log));
  return app;
}

function mount(app: Express, route: Route, gates: readonly RequestHandler[], { parts, uploads }: AppOptions): void {
  app[route.method](toExpressPath(route.path), ...gates, async (request, response) => {
    response.locals['route'] = route.id;
    try {
      const upload = route.upload ? await uploads.receive(request, response) : undefined;
      const { params, query, headers, body } = request;
      const grant = response.locals['grant'] as Grant | undefined;
      const prefix = (response.locals['prefix'] as ApiPrefix | undefined) ?? '/api';
      const left = new AbortController();
      response.once('close', () => left.abort());
      const raw = {
        ...{ params, query, headers, body },
        client: request.ip ?? 'unknown',
        ...{ isSecure: request.secure, prefix, signal: left.signal },
        ...(upload && { upload }),
        ...(grant && { grant }),
      };
      const reply = await route.answer(raw, parts);
      await sendReply(request, response, asSeenByClient(reply, prefix, parts.rules.basePath));
    } finally {
      if (route.upload) await uploads.discard(request);
    }
  });
}

/** Clients of ComfyUI try what a server has, and take anything but 404 for more than "it is not there". */
function tellUnknown(comfyui: Pick<ComfyLayer, 'admits'>): RequestHandler {
  return (request, _response, next) => {
    if (!isOwnRoute(undefined, request.path) && comfyui.admits(request)) throw isNotThere(request);
    next();
  };
}

function isNotThere({ path }: Request): Problem {
  return new Problem('not-found', `There is nothing at ${path}.`, {
    because: { code: 'not-found', what: 'address', name: path },
  });
}

/** Lets those in who have the secret of the grant that the address names. */
function grantGate(route: Route, parts: ServerParts): RequestHandler {
  return (request, response, next) => {
    const grant = admitGrant(request, String(request.params['grant']), parts);
    if (route.upload) checkUploadSize(request, grant);
    response.locals['grant'] = grant;
    next();
  };
}

/** Addresses of this server in answers, as the client sees them. */
function asSeenByClient(reply: Reply, prefix: ApiPrefix, basePath: string): Reply {
  if (!('headers' in reply) || reply.headers?.['location'] === undefined) return reply;
  const location = basePath.slice(0, -1) + reply.headers['location'].replace(/^\/api(?=\/)/, prefix);
  return { ...reply, headers: { ...reply.headers, location } };
}

function holdsNul(): Problem {
  return new Problem('bad-request', 'The address holds a NUL character (%00). Leave it out.', {
    errors: [{ path: 'query', message: 'expected no NUL character' }],
  });
}

/** Reads the JSON of routes that take some. Every other change must come without a body that a form could send. */
function bodyGates(route: Route, { parts }: AppOptions): readonly RequestHandler[] {
  if (route.method === 'get' || route.upload) return [];
  // Bytes, and not text: what express reads text with is loaded when the first request waits for it.
  const readBytes = express.raw({ type: 'application/json', limit: parts.config.limits.bodyBytes, inflate: false });
  const takesBody = route.body !== undefined;
  return [
    (request, _response, next) => {
      const hasBody =
        request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
      const isForeign = (takesBody || hasBody || request.headers['content-type'] !== undefined) && !isJson(request);
      if (isForeign) throw new Problem('wrong-media-type', 'The body must be application/json, in UTF-8.');
      next();
    },
    readBytes,
    (request, _response, next) => {
      request.body = Buffer.isBuffer(request.body) && request.body.length > 0 ? readJsonBody(request.body) : undefined;
      next();
    },
  ];
}

function isJson(request: Request): boolean {
  const [type = '', ...params] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const isUtf8 = params.every((param) => !/^\s*charset\s*=/.test(param) || /=\s*"?utf-?8"?\s*$/.test(param));
  return type.trim() === 'application/json' && isUtf8;
}

function isReading(request: Request): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}

/** Images are compressed already. */
function isText(_request: Request, response: Response): boolean {
  const type = String(response.getHeader('content-type') ?? '');
  return response.getHeader('content-encoding') === undefined && /^(application\/(problem\+)?json|text\/)/.test(type);
}

function securityHeaders(): RequestHandler {
  const withHelmet = helmet({
    contentSecurityPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    // A server on one's own machine speaks plain HTTP; behind a proxy, that sets it.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
  return (request, response, next) => {
    response.set('content-security-policy', API_POLICY);
    withHelmet(request, response, next);
  };
}

function refuseMethod(path: string): RequestHandler {
  const methods = ROUTES.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ');
  return () => {
    throw new Problem('wrong-method', `Expected ${allow}.`, { headers: { allow } });
  };
}

function watchRequest({ log, requests }: AppOptions): RequestHandler {
  return (request, response, next) => {
    const startedMs = performance.now();
    response.once('close', () => {
      const durationMs = performance.now() - startedMs;
      const route = String(response.locals['route'] ?? 'other');
      requests.count(route, response.statusCode, durationMs);
      // The address only up to its query: a client may have put anything there.
      const facts = { method: request.method, path: request.path, status: response.statusCode, durationMs };
      log.debug({ ...facts, durationMs: Math.round(durationMs) }, 'request');
    });
    next();
  };
}

function answerProblem(log: Logger): ErrorRequestHandler {
  // Express knows a handler of errors by its four parameters.
  return (error: unknown, request, response, _next) => {
    const problem = toProblem(error);
    if (problem.kind === 'internal-error') log.error({ err: error, path: request.path }, 'a request failed');
    if (response.headersSent) return void response.destroy();
    response.set({ 'cache-control': 'no-store', ...problem.facts.headers });
    // The rest of the body is not read, so the connection cannot be used again.
    if (!request.complete) response.set('connection', 'close');
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem.toBody()));
  };
}

function toExpressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}
