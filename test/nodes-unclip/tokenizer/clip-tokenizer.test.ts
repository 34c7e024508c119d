import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BUNDLED_CHECKPOINT } from '@unclip-studio/nodes-unclip';
import { type ClipTokenizerFiles, createClipTokenizer, TokenizerError } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

// That the ids match transformers 5.23.0 is tested in test/parity, stage tokenizer.

const folder = resolve(import.meta.dirname, '../../../models', BUNDLED_CHECKPOINT, 'tokenizer');
const read = (file: string) => readFileSync(resolve(folder, file), 'utf8');
const FILES: ClipTokenizerFiles = {
  vocab: JSON.parse(read('vocab.json')),
  merges: read('merges.txt'),
  specialTokensMap: JSON.parse(read('special_tokens_map.json')),
  tokenizerConfig: JSON.parse(read('tokenizer_config.json')),
};

test('a text comes out between the begin and the end mark', () => {
  const tokenizer = createClipTokenizer(FILES);

  const ids = tokenizer.encode('a red circle');

  expect(ids.at(0)).toBe(tokenizer.bosId);
  expect(ids.at(-1)).toBe(tokenizer.eosId);
  expect(tokenizer.encode('')).toEqual([tokenizer.bosId, tokenizer.eosId]);
});

test('padding fills up to the length of the config, and the end mark survives a cut', () => {
  const tokenizer = createClipTokenizer(FILES);

  const short = tokenizer.encodePadded('red');
  const long = tokenizer.encodePadded('red '.repeat(100));

  expect(tokenizer.maxLength).toBe(32);
  expect(short.ids.length).toBe(32);
  expect(short.ids.at(-1)).toBe(tokenizer.padId);
  expect(short.truncatedTokens).toBe(0);
  expect(long.ids.length).toBe(32);
  expect(long.ids.at(-1)).toBe(tokenizer.eosId);
  expect(long.truncatedTokens).toBe(tokenizer.encode('red '.repeat(100)).length - 32);
});

test('each "!" becomes the padding id when "!" is the padding token', () => {
  const tokenizer = createClipTokenizer(FILES);

  const inner = tokenizer.encode('!! !').slice(1, -1);

  expect(inner).toEqual([tokenizer.padId, tokenizer.padId, tokenizer.padId]);
});

test('"!" is an ordinary character when the padding is the end mark', () => {
  const map = { ...(FILES.specialTokensMap as object), pad_token: '<|endoftext|>' };
  const tokenizer = createClipTokenizer({ ...FILES, specialTokensMap: map });

  expect(tokenizer.padId).toBe(tokenizer.eosId);
  expect(tokenizer.encode('!').slice(1, -1)).toEqual([(FILES.vocab as Record<string, number>)['!</w>']]);
});

test('an end token in capitals is one only if the end token is searched in the lowercase text', () => {
  const withPad = (pad: string) =>
    createClipTokenizer({ ...FILES, specialTokensMap: { ...(FILES.specialTokensMap as object), pad_token: pad } });

  const asObject = withPad('!');
  const asBareText = withPad('<|endoftext|>');

  expect(asObject.encode('<|ENDOFTEXT|>')).toEqual([asObject.bosId, asObject.eosId, asObject.eosId]);
  expect(asBareText.encode('<|ENDOFTEXT|>').slice(1, -1)).not.toContain(asBareText.eosId);
});

test.each([1e30, null])('a model_max_length of %s means 77 tokens', (length) => {
  const tokenizerConfig = { ...(FILES.tokenizerConfig as object), model_max_length: length };

  expect(createClipTokenizer({ ...FILES, tokenizerConfig }).maxLength).toBe(77);
});

test('NULs, lone surrogates and a prompt of a million characters get through', () => {
  const tokenizer = createClipTokenizer(FILES);

  const { ids, truncatedTokens } = tokenizer.encodePadded('\0 \ud800 red! '.repeat(90_000));

  expect(ids.length).toBe(32);
  expect(truncatedTokens).toBeGreaterThan(300_000);
});

test('a special token missing from the vocabulary is named', () => {
  const files = { ...FILES, specialTokensMap: { pad_token: '[PAD]' } };

  expect(() => createClipTokenizer(files)).toThrow(
    new TokenizerError('vocab.json: the special token "[PAD]" is missing'),
  );
});

test('files of another kind are refused by name', () => {
  const make = (files: Partial<ClipTokenizerFiles>) => () => createClipTokenizer({ ...FILES, ...files });

  expect(make({ vocab: ['a'] })).toThrow(new TokenizerError('vocab.json: expected an object of token ids'));
  expect(make({ merges: 'ab' })).toThrow(new TokenizerError('merges.txt: expected two parts in each line, got "ab"'));
  expect(make({ tokenizerConfig: { model_max_length: 'long' } })).toThrow(
    new TokenizerError('tokenizer_config.json, "model_max_length": expected an integer from 2, got "long"'),
  );
  expect(make({ specialTokensMap: { bos_token: 5 } })).toThrow(TokenizerError);
  expect(make({ specialTokensMap: { bos_token: { content: '', more: 'x'.repeat(1e6) } } })).toThrow(
    /^tokenizer, "bos_token": expected a token, got .{80} \.\.\.$/,
  );
  expect(make({ specialTokensMap: { bos_token: 'x'.repeat(136_000) } })).toThrow(
    // Of the other three roles: <|endoftext|> twice the same, and the padding.
    /^tokenizer: the special tokens have 1360\d\d characters; the limit is 65536$/,
  );
});
