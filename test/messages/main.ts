import { join } from 'node:path';
import { checkMessages } from '@unclip-studio/graph-core';
import { nodeMessagesIn, unclipNodes } from '@unclip-studio/nodes-unclip';
import { LANGUAGES } from '@unclip-studio/protocol/languages';
import { englishOnlyOf } from './english-only.js';

// Behind `npm run messages`: which texts of nodes the languages lack, which of theirs belong to no node, and what a server
// says in English only.

for (const language of Object.keys(LANGUAGES).filter((one) => one !== 'en')) {
  const messages = await nodeMessagesIn(language);
  const { missing, unused } = checkMessages(unclipNodes, messages);
  console.log(`${language}: ${Object.keys(messages).length} texts, ${missing.length} missing, ${unused.length} unused`);
  for (const key of missing) console.log(`  missing ${key}`);
  for (const key of unused) console.log(`  unused  ${key}`);
  if (missing.length + unused.length > 0) process.exitCode = 1;
}

const englishOnly = englishOnlyOf(join(import.meta.dirname, '../../packages'));
const forPage = englishOnly.get('') ?? [];
console.log(`errors in English only that users of the page meet: ${forPage.length}`);
for (const sentence of forPage) console.log(`  ${sentence}`);
if (forPage.length > 0) process.exitCode = 1;
for (const [who, sentences] of englishOnly) if (who !== '') console.log(`for ${who}: ${sentences.length}`);
