// What `unclip-studio/nodes` is inside of a plug-in: the checks are the compiler's, and the looks of ports are added by the program.

export function defineNode<Node>(node: Node): Node {
  return node;
}

export function defineNodeWith(): <Node>(node: Node) => Node {
  return defineNode;
}

export function definePortType<Type>(type: Type): Type {
  return type;
}
