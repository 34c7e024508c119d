// What the editor's Vite configuration adds to the modules that a page can import.
declare module 'virtual:offline-catalogue' {
  /** The node types there were when the page was built. */
  export const definitions: readonly unknown[];
}

declare module '*.css' {}
