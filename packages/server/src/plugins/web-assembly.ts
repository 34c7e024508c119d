/** What Node has of WebAssembly; the types of Node name it as types alone. */
export const wasm = (
  globalThis as unknown as {
    readonly WebAssembly: {
      compile(bytes: Uint8Array): Promise<WebAssembly.Module>;
      readonly Memory: new (pages: {
        readonly initial: number;
        readonly maximum: number;
      }) => { readonly buffer: ArrayBuffer };
    };
  }
).WebAssembly;
