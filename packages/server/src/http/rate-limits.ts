import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { Problem } from './problem.js';

const WINDOW_MS = 10_000;
// Twenty tries in a window would guess a token of 256 bits in no time that matters; this only keeps the log short.
const REFUSED_TRIES = 20;

/** Keeps one client from flooding the rest. Counted by address, apart for what changes something and what only reads. */
export function createRateLimits(limits: { readonly changes: number; readonly reads: number }): {
  readonly changes: RequestHandler;
  readonly reads: RequestHandler;
  /** Of sign-in attempts, separately for each way; only failed ones count. */
  tries(): RequestHandler;
} {
  return {
    changes: limitTo(limits.changes),
    reads: limitTo(limits.reads),
    tries: () => limitTo(REFUSED_TRIES, { skipSuccessfulRequests: true }),
  };
}

function limitTo(limit: number, options: { readonly skipSuccessfulRequests?: boolean } = {}): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // By `request.ip`: a proxy's headers are trusted only with `--trust-proxy`.
    validate: false,
    handler: (_request, _response, next) => {
      const seconds = WINDOW_MS / 1000;
      next(
        new Problem('too-many-requests', `More than ${limit} requests in ${seconds} s.`, {
          because: { code: 'too-many-requests', limit, seconds },
          headers: { 'retry-after': String(seconds) },
        }),
      );
    },
    ...options,
  });
}
