import type { OutputRecord } from '@unclip-studio/protocol';

/** A file as ComfyUI's clients know it. */
export interface ComfyFile {
  readonly filename: string;
  readonly subfolder: string;
  readonly type: 'output' | 'temp' | 'input';
}

/** Says which output it is, so that no list has to be kept: `cat_RUN.NODE.0_.png`. */
export function toComfyFile({ id, name, mediaType, temporary }: OutputRecord): ComfyFile {
  const label = name.replace(/[^A-Za-z0-9-]/g, '-') || 'picture';
  return {
    filename: `${label}_${id}_.${mediaType.replace('image/', '')}`,
    subfolder: '',
    type: temporary ? 'temp' : 'output',
  };
}

/** @returns the id of the output, `undefined` for a name that is none of ours */
export function outputOfName(filename: string): string | undefined {
  return /^[A-Za-z0-9-]+_(.+)_\.[a-z]+$/.exec(filename)?.[1];
}
