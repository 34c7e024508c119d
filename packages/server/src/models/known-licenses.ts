import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LICENSES_FOLDER } from '../services/program.js';

/** A licence whose text comes with this program, since most checkpoints that it runs are under it. */
export interface KnownLicense {
  /** What the hub calls it. */
  readonly id: string;
  readonly title: string;
  readonly url: string;
  /** In the folder of licences. */
  readonly file: string;
}

const OPEN_RAIL_M: KnownLicense = {
  id: 'creativeml-openrail-m',
  title: 'CreativeML Open RAIL-M',
  url: 'https://huggingface.co/spaces/CompVis/stable-diffusion-license',
  file: 'creativeml-open-rail-m.txt',
};
const OPEN_RAIL_PLUS_PLUS_M: KnownLicense = {
  id: 'openrail++',
  title: 'CreativeML Open RAIL++-M License',
  url: 'https://github.com/Stability-AI/stablediffusion/blob/main/LICENSE-MODEL',
  file: 'creativeml-open-rail-plus-plus-m.txt',
};

export const KNOWN_LICENSES: readonly KnownLicense[] = [OPEN_RAIL_PLUS_PLUS_M, OPEN_RAIL_M];

/** Names of published models, of their repository or of their file -> the licence that their makers gave them. */
const MODELS: readonly (readonly [KnownLicense, RegExp])[] = [
  [OPEN_RAIL_PLUS_PLUS_M, /^stable-diffusion-2(?:-1)?(?:-base|-depth|-inpainting|-unclip(?:-small)?)?$/],
  [OPEN_RAIL_PLUS_PLUS_M, /^stable-diffusion-x4-upscaler$|^x4-upscaler-ema$/],
  [OPEN_RAIL_PLUS_PLUS_M, /^sd21-unclip-[hl]$|^v2-1_(?:512|768)-(?:ema|nonema)-pruned$/],
  [OPEN_RAIL_PLUS_PLUS_M, /^(?:512-base|768-v|512-depth|512-inpainting)-ema(?:-pruned)?$/],
  [OPEN_RAIL_M, /^stable-diffusion-(?:v1-[1-5]|inpainting)$|^sd-v1-[1-5](?:-full-ema|-inpainting)?$/],
  [OPEN_RAIL_M, /^v1-5-pruned(?:-emaonly)?$|^sd-image-variations-diffusers$|^karlo-v1-alpha(?:-image-variations)?$/],
];

/** @param names of a model: its repository, its name here, its path; with owner, folders and ending or without */
export function licenseOfPublished(names: readonly string[]): KnownLicense | undefined {
  const parts = names.flatMap((name) => name.split(/[\\/]/)).map((part) => part.toLowerCase().replace(WEIGHTS, ''));
  return MODELS.find(([, pattern]) => parts.some((part) => pattern.test(part)))?.[0];
}

const WEIGHTS = /(?:[._-]fp16)?\.(?:safetensors|ckpt|pt|pth|bin)$/;

export function licenseOfId(id: string): KnownLicense | undefined {
  return KNOWN_LICENSES.find((known) => known.id === id);
}

/** The licence as its makers published it. */
export function readKnownLicense({ file }: KnownLicense): Promise<string> {
  return readFile(join(LICENSES_FOLDER, file), 'utf8');
}

/** The hub's names of licences that allow any use of a model. */
export function isForAnyUse(id: string): boolean {
  return /^(?:mit|apache-2\.0|bsd.*|isc|zlib|unlicense|cc0-1\.0|cc-by(?:-sa)?-\d\.\d|gpl.*|lgpl.*|agpl.*)$/.test(id);
}

/** Whether a text is one of the licences that allow any use of a model. Nothing is said about an unknown text. */
export function isTextForAnyUse(text: string): boolean {
  const start = text.slice(0, MOST_START);
  return !/use[- ]?(?:based)? restrictions/i.test(text) && FREE_TEXTS.some((free) => free.test(start));
}

const MOST_START = 4000;
const FREE_TEXTS = [
  /Permission is hereby granted, free of charge, to any person\s+obtaining a copy/,
  /Apache License\s+Version 2\.0/,
  /Redistribution and use in source and binary forms, with or without\s+modification, are permitted/,
  /CC0 1\.0 Universal|Attribution(?:-ShareAlike)? 4\.0 International/,
  /This is free and unencumbered software released into the public domain/,
];

/** What a licence of the RAIL family forbids: the list of its Attachment A; none of any other text. */
export function useRestrictionsIn(text: string): readonly string[] {
  const [, attachment = ''] = /\nUse Restrictions\s+([\s\S]*)$/i.exec(text) ?? [];
  return attachment
    .split(/\n\s*-\s+/)
    .slice(1)
    .map((one) =>
      one
        .split(/\n\s*\n/, 1)
        .join('')
        .replaceAll(/\s+/g, ' ')
        .replace(/[;.]\s*$/, '')
        .trim(),
    )
    .filter((one) => one !== '');
}
