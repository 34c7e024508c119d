import { createHmac, randomBytes } from 'node:crypto';
import type { EndedSessionsTable } from '../../store/grants-table.js';
import { isSame } from './access-token.js';

/** The browsers that are signed in. A session is what the cookie's value proves; it ends by itself or by signing out. */
export interface Sessions {
  /** @returns the cookie's value for a browser that has shown the token */
  open(): string;
  isOpen(value: string): boolean;
  /** Ends a session permanently, also across restarts; a value that is not a session is ignored. */
  end(value: string): void;
  /** The listener gets the value of each session that was ended. */
  onEnded(listener: (value: string) => void): () => void;
}

interface SessionsOptions {
  readonly token: string;
  readonly ended: EndedSessionsTable;
  nowMs(): number;
}

export const SESSION_S = 30 * 24 * 3600;

/**
 * Sessions are not stored: the value contains an id and its expiry, signed with the token, so that another token ends
 * them all. Only sessions that were ended early are stored, until they would have expired.
 */
export function createSessions({ token, ended, nowMs }: SessionsOptions): Sessions {
  const sign = (facts: string) => createHmac('sha256', token).update(`session ${facts}`).digest('base64url');
  const listeners = new Set<(value: string) => void>();
  const endedIds = new Set(ended.list());

  /** @returns `undefined` if the value was not signed here, or its time is over */
  function read(value: string): { readonly id: string; readonly endsAtMs: number } | undefined {
    const [id = '', end = '', signature = ''] = value.split('.');
    if (!isSame(signature, sign(`${id}.${end}`))) return undefined;
    const endsAtMs = Number(end) * 1000;
    return endsAtMs > nowMs() ? { id, endsAtMs } : undefined;
  }

  return {
    open() {
      const facts = `${randomBytes(16).toString('base64url')}.${Math.ceil(nowMs() / 1000) + SESSION_S}`;
      return `${facts}.${sign(facts)}`;
    },
    isOpen(value) {
      const session = read(value);
      return session !== undefined && !endedIds.has(session.id);
    },
    end(value) {
      const session = read(value);
      if (session === undefined || endedIds.has(session.id)) return;
      ended.add(session.id, session.endsAtMs);
      endedIds.add(session.id);
      for (const listener of [...listeners]) listener(value);
    },
    onEnded(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
