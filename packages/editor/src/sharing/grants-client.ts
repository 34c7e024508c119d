import type { CreateGrantRequest, GrantRecord } from '@unclip-studio/protocol';
import { createServerClient, dataOf } from '../api/server-client.js';

export type NewGrant = Pick<CreateGrantRequest, 'kind' | 'workflowName' | 'days' | 'runsPerHour'>;

/** The links of a workflow that can still be used, newest first. */
export async function listGrants(workflowName: string): Promise<readonly GrantRecord[]> {
  const { grants } = await dataOf(createServerClient().GET('/api/grants'));
  return grants.filter((grant) => grant.workflowName === workflowName);
}

/** @returns the address to hand out */
export async function createShareLink({ runsPerHour, ...grant }: NewGrant): Promise<string> {
  const body = { ...grant, ...(grant.kind === 'form' && { runsPerHour }) };
  const { secret } = await dataOf(createServerClient().POST('/api/grants', { body }));
  return new URL(`#grant=${secret}`, new URL(location.pathname, location.href)).href;
}

export async function revokeGrant(grant: string): Promise<void> {
  await dataOf(createServerClient().DELETE('/api/grants/{grant}', { params: { path: { grant } } }));
}
