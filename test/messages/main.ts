import { checkMessages } from '@unclip-studio/graph-core';
import { nodeMessagesIn, unclipNodes } from '@unclip-studio/nodes-unclip';
import { LANGUAGES } from '@unclip-studio/protocol/languages';

// Behind `npm run messages`: missing texts of nodes in each language, and unused ones.

for (const language of Object.keys(LANGUAGES).filter((one) => one !== 'en')) {
  const messages = await nodeMessagesIn(language);
  const { missing, unused } = checkMessages(unclipNodes, messages);
  console.log(`${language}: ${Object.keys(messages).length} texts, ${missing.length} missing, ${unused.length} unused`);
  for (const key of missing) console.log(`  missing ${key}`);
  for (const key of unused) console.log(`  unused  ${key}`);
  if (missing.length + unused.length > 0) process.exitCode = 1;
}
