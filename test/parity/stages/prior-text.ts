import { encodePriorPrompts } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions } from '@unclip-studio/server';
import { CaseChecks } from '../compare.js';
import { openGoldenPrior } from '../golden-checkpoint.js';
import type { ParityStage } from '../parity-stage.js';

const sessions = createOrtSessions();

/** The prior's text encoder, from prompts to states, embeddings and masks. */
export const priorText: ParityStage = {
  stage: 'prior_text',
  async run(goldenCase, set) {
    const checkpoint = await openGoldenPrior(set, String(goldenCase.params['checkpoint']));
    const prompts = goldenCase.params['prompts'] as readonly string[];
    const ids = prompts.flatMap((prompt) => checkpoint.tokenizer.encodePadded(prompt).ids);
    const { embeds, states, mask } = await encodePriorPrompts(checkpoint, sessions, prompts);
    return new CaseChecks(goldenCase, set)
      .values('ids', ids, Array.from(set.input(goldenCase, 'ids').data, Number), 'exact')
      .output('attention_mask', mask.data, { dims: mask.dims })
      .output('last_hidden_state', states.data, { dims: states.dims })
      .output('text_embeds', embeds.data, { dims: embeds.dims })
      .result();
  },
  close: () => sessions.close(),
};
