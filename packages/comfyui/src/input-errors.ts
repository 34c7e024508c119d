import { unreachable } from '@unclip-studio/graph-core';
import { CIRCLE_MESSAGE } from './find-circles.js';
import type { InputProblem } from './input-problems.js';
import { shown } from './link-problems.js';
import { missingClassWords } from './missing-classes.js';

/** The problem of an input, in the form and with the messages of ComfyUI's server. */
export interface ComfyError {
  readonly type: string;
  readonly message: string;
  readonly details: string;
  readonly extra_info: object;
}

/** @see ComfyUI 0.3.64, execution.py, validate_inputs and validate_prompt */
export function comfyErrorOf(problem: InputProblem): ComfyError {
  const { kind, input, received } = problem;
  const extra = { extra_info: { input_name: input, received_value: received } };
  switch (kind) {
    case 'missing': {
      const error = { type: 'required_input_missing', message: 'Required input is missing', details: input };
      return { ...error, extra_info: { input_name: input } };
    }
    case 'no-source': {
      const { exception, message, words } = problem.error;
      return {
        ...(problem.isAtOutput
          ? { type: 'exception_during_validation', message: 'Exception when validating node' }
          : { type: 'exception_during_inner_validation', message: 'Exception when validating inner node' }),
        details: `${input}: ${exception}: ${message}, in the link ${shown(received)}: ${words}`,
        extra_info: { ...extra.extra_info, exception_type: exception, exception_message: message, traceback: [] },
      };
    }
    case 'circle': {
      const details = `${input}: ${problem.through.join(' -> ')}`;
      return { type: 'dependency_cycle', message: CIRCLE_MESSAGE, details, ...extra };
    }
    case 'mismatch':
      return {
        ...{ type: 'return_type_mismatch', message: 'Return type mismatch between linked nodes' },
        details: `${input}, received_type(${problem.type}) mismatch input_type(${problem.expected})`,
        extra_info: { input_name: input, received_type: problem.type, linked_node: received },
      };
    case 'not-in-list': {
      const details = `${input}: ${shown(received)} not in [${problem.list.join(', ')}]`;
      return { type: 'value_not_in_list', message: 'Value not in list', details, ...extra };
    }
    case 'below':
      return {
        ...{ type: 'value_smaller_than_min', message: `Value ${shown(received)} smaller than min of ${problem.limit}` },
        ...{ details: input, ...extra },
      };
    case 'above':
      return {
        ...{ type: 'value_bigger_than_max', message: `Value ${shown(received)} bigger than max of ${problem.limit}` },
        ...{ details: input, ...extra },
      };
    case 'no-link': {
      const message = 'Bad linked input, must be a length-2 list of [node_id, slot_index]';
      return { type: 'bad_linked_input', message, details: input, ...extra };
    }
    case 'for-samplers': {
      const { id, type } = problem.source;
      const what = type === 'EmptyLatentImage' ? 'an empty latent image can only go' : 'its result can only go';
      const details = `${input}: ${what} to a sampler here. Put a KSampler between node ${id} (${type}) and this node.`;
      return { type: 'custom_validation_failed', message: 'Custom validation failed for node', details, ...extra };
    }
    case 'unknown-class':
      return missingNodeType({ id: problem.node, classType: problem.classType, title: problem.title });
    default:
      return unreachable(problem);
  }
}

/**
 * An unknown class: clients offer to install it based on this text. @see ComfyUI 0.3.64, execution.py, validate_prompt
 */
export function missingNodeType({
  id,
  classType,
  title,
}: {
  readonly id: string;
  readonly classType: string;
  readonly title: string;
}): ComfyError {
  return {
    ...{ type: 'missing_node_type', message: `Node '${title}' not found. ${missingClassWords(classType)}` },
    ...{ details: `Node ID '#${id}'`, extra_info: { node_id: id, class_type: classType, node_title: title } },
  };
}

/** Links without a target, and null in place of one, with ComfyUI's messages, for the report of an import. */
export function describeBadLinks(problems: readonly InputProblem[]): readonly string[] {
  return problems.flatMap((problem) => {
    const { kind, node, classType, received } = problem;
    const isTold = kind === 'no-link' || kind === 'no-source' || (kind === 'missing' && received === null);
    if (!isTold) return [];
    const { message, details } = comfyErrorOf(problem);
    const told = kind === 'no-link' ? `${details}: ${shown(received)}` : details;
    return [`Node ${node} (${classType}): ${message}. ${told}.`];
  });
}
