/** What a plug-in's code asks the program for while a node is evaluated. */
export type ServiceName = 'onnx.run' | 'files.list' | 'files.read' | 'files.write' | 'fetch';

/** From the code of a plug-in, wherever it runs. `text` and `buffers` are what `pack` makes. */
export type FromPlugin =
  | { readonly type: 'described'; readonly text: string }
  | { readonly type: 'broken'; readonly message: string }
  | {
      readonly type: 'result';
      readonly text: string;
      readonly buffers: readonly ArrayBuffer[];
      /** Little of its memory is left, which may be what calls have left behind. */
      readonly isFull?: boolean;
    }
  | { readonly type: 'failed'; readonly message: string; readonly isOver?: boolean }
  | {
      readonly type: 'request';
      readonly request: number;
      readonly service: string;
      readonly text: string;
      readonly buffers: readonly ArrayBuffer[];
    }
  | { readonly type: 'progress'; readonly step: number; readonly steps: number }
  | { readonly type: 'log'; readonly text: string };

/** To it. One node is evaluated at a time. */
export type ToPlugin =
  | { readonly type: 'call'; readonly text: string; readonly buffers: readonly ArrayBuffer[] }
  | {
      readonly type: 'answer';
      readonly request: number;
      readonly isOk: boolean;
      readonly text: string;
      readonly buffers: readonly ArrayBuffer[];
    };

/** What the code of a plug-in finds as `unclipHost` when it is loaded, once. */
export interface GuestBridge {
  send(type: string, text: string, buffers: readonly ArrayBuffer[], detail: string): void;
  bulk(operation: string, detail: string, buffers: readonly ArrayBuffer[]): ArrayBuffer;
  /** Set by the code: takes what {@link ToPlugin} says. */
  receive?(type: string, text: string, buffers: readonly ArrayBuffer[], detail: string): void;
}
