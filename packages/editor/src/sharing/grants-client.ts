import { requestJson } from '../api/http-client.js';

/** A share link as its maker sees it; the secret is told once, when it is made. */
export interface GrantRecord {
  readonly id: string;
  readonly kind: 'view' | 'form';
  readonly workflowName: string;
  /** Of a form. */
  readonly revision?: number;
  /** ISO 8601, UTC, as all times here. */
  readonly createdAt: string;
  readonly expiresAt: string;
}

export interface NewGrant {
  readonly kind: 'view' | 'form';
  readonly workflowName: string;
  readonly days: number;
  readonly runsPerHour: number;
}

/** The links of a workflow that can still be used, newest first. */
export async function listGrants(workflowName: string): Promise<readonly GrantRecord[]> {
  const { grants } = await requestJson<{ readonly grants: readonly GrantRecord[] }>('api/grants', {});
  return grants.filter((grant) => grant.workflowName === workflowName);
}

/** @returns the address to hand out */
export async function createShareLink({ runsPerHour, ...grant }: NewGrant): Promise<string> {
  const body = JSON.stringify({ ...grant, ...(grant.kind === 'form' && { runsPerHour }) });
  const headers = { 'content-type': 'application/json' };
  const { secret } = await requestJson<{ readonly secret: string }>('api/grants', { method: 'POST', headers, body });
  return new URL(`#grant=${secret}`, new URL(location.pathname, location.href)).href;
}

export function revokeGrant(id: string): Promise<void> {
  return requestJson(`api/grants/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
