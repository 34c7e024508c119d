import { Background, type Edge, ReactFlow, type ReactFlowInstance, useEdgesState, useNodesState } from '@xyflow/react';
import { createRoot } from 'react-dom/client';
import '@xyflow/react/dist/style.css';
import { createBench } from './bench-hooks.js';
import { Card } from './Card.js';
import type { CardNode } from './graph.js';
import './page.css';

const NODE_TYPES = { card: Card };

/** The canvas as the library's own examples set it up, with what is off the screen left out. */
function Page() {
  const [nodes, , onNodesChange] = useNodesState<CardNode>([]);
  const [edges, , onEdgesChange] = useEdgesState<Edge>([]);
  return (
    <div className="canvas" data-testid="canvas">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onInit={start}
        nodeTypes={NODE_TYPES}
        minZoom={0.02}
        zoomOnDoubleClick={false}
        onlyRenderVisibleElements
        colorMode="dark"
      >
        <Background />
      </ReactFlow>
    </div>
  );
}

function start(flow: ReactFlowInstance<CardNode, Edge>): void {
  globalThis.__editorBench = createBench(flow);
}

const root = document.getElementById('root');
if (root === null) throw new Error('Internal error: the page has no root element');
createRoot(root).render(<Page />);
