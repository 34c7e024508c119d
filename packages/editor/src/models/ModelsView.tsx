import type { ModelsView as View } from '../session/models.js';
import { ManagerDialog } from './ManagerDialog.js';
import { ModelPicker } from './ModelPicker.js';
import './models.css';

export interface ModelsViewProps {
  readonly view: View;
  readonly onClose: () => void;
}

export function ModelsView({ view, onClose }: ModelsViewProps) {
  if (view.kind === 'manager') return <ManagerDialog onClose={onClose} />;
  return <ModelPicker request={view.request} onClose={onClose} />;
}
