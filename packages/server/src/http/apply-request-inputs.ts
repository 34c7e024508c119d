import {
  applyInputs,
  type Diagnostic,
  describeDiagnostic,
  describeInputs,
  type Workflow,
} from '@unclip-studio/graph-core';
import { Problem } from './problem.js';
import type { ServerParts } from './server-parts.js';

/** @throws Problem 422 that names each input which is wrong, and what it expects */
export function applyRequestInputs(
  workflow: Workflow,
  values: Readonly<Record<string, unknown>>,
  { catalog, store }: Pick<ServerParts, 'catalog' | 'store'>,
): Workflow {
  const missing = describeInputs(workflow, catalog).flatMap(({ name, param, value: own }): readonly Diagnostic[] => {
    const value = Object.hasOwn(values, name) ? values[name] : own;
    if (param.kind !== 'image' || typeof value !== 'string' || value === own) return [];
    const isKnown = store.images.read(value) !== undefined || store.images.findByName(value) !== undefined;
    if (isKnown) return [];
    return [
      { code: 'wrong-input', name, expected: 'the id or name of an uploaded picture', got: JSON.stringify(value) },
    ];
  });
  const applied = applyInputs(workflow, values, catalog);
  const problems = [...(applied.ok ? [] : applied.diagnostics), ...missing];
  if (applied.ok && problems.length === 0) return applied.value;
  const errors = problems.map((problem) => ({
    path: 'name' in problem ? `body.inputs.${problem.name}` : 'body.inputs',
    message: describeDiagnostic(problem),
  }));
  const detail = errors.length === 1 ? (errors[0]?.message ?? '') : `${errors.length} inputs are wrong.`;
  throw new Problem('invalid-workflow', detail, { errors, diagnostics: problems });
}
