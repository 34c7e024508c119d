import { dataOf, type ServerClient } from '@unclip-studio/client';
import type { CreateGrantRequest, GrantRecord } from '@unclip-studio/protocol';

export type NewGrant = Pick<CreateGrantRequest, 'kind' | 'workflowName' | 'days' | 'runsPerHour'>;

/** Links to a saved workflow for people without the token. */
export function createGrantsApi(server: ServerClient) {
  return {
    /** The links of a workflow that can still be used, newest first. */
    async list(workflowName: string): Promise<readonly GrantRecord[]> {
      const { grants } = await dataOf(server.GET('/api/grants'));
      return grants.filter((grant) => grant.workflowName === workflowName);
    },
    /** @returns the address to share */
    async create({ runsPerHour, ...grant }: NewGrant): Promise<string> {
      const body = { ...grant, ...(grant.kind === 'form' && { runsPerHour }) };
      const { secret } = await dataOf(server.POST('/api/grants', { body }));
      return new URL(`#grant=${secret}`, new URL(location.pathname, location.href)).href;
    },
    async revoke(grant: string): Promise<void> {
      await dataOf(server.DELETE('/api/grants/{grant}', { params: { path: { grant } } }));
    },
  };
}
