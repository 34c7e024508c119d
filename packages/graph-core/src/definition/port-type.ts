/** Shapes distinguish families of types without color. */
export type SocketShape = 'circle' | 'diamond' | 'square' | 'triangle';

export interface PortLooks {
  /** A mid tone that is visible on light and dark backgrounds. */
  readonly colour: `#${string}`;
  readonly shape: SocketShape;
}

/** What everybody may know of a port type: plain data, safe to send as JSON. */
export interface PortTypeDefinition<Name extends string = string> {
  readonly name: Name;
  readonly looks: PortLooks;
  /** One sentence that says what travels along a link of this type. */
  readonly describe: string;
}
