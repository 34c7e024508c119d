import {
  filesInText,
  isModelInstalled,
  nameOfRequired,
  type Param,
  type RequiredFile,
} from '@unclip-studio/graph-core';
import { describeRequired } from '../messages/describe.js';
import { texts } from '../messages/texts.js';
import { useCheckpoints } from '../session/server-data.js';
import { stopPointer } from '../ui/stop-pointer.js';

export interface RequiredFilesProps {
  readonly params: Readonly<Record<string, Param>>;
  readonly values: Readonly<Record<string, unknown>>;
  /** What the workflow says it needs. */
  readonly required: readonly RequiredFile[];
}

/** Says how to get the models that a node names, if the workflow says so and they are not installed. */
export function RequiredFiles({ params, values, required }: RequiredFilesProps) {
  return Object.entries(params).flatMap(([key, param]) => {
    const { model, names } = modelsNamed(param, values[key] ?? param.default);
    return required.flatMap((file) => {
      const name = names.find((one) => isNameOf(one, file));
      if (name === undefined) return [];
      return [<RequiredFileNote key={`${key} ${file.repository}`} model={model} name={name} file={file} />];
    });
  });
}

interface RequiredFileNoteProps {
  readonly model: string | undefined;
  readonly name: string;
  readonly file: RequiredFile;
}

function RequiredFileNote({ model, name, file }: RequiredFileNoteProps) {
  const installed = useCheckpoints(model);
  // Nothing is missing until the server has listed installed models.
  if (installed === undefined) return null;
  const names = installed.map((one) => one.name);
  if (isModelInstalled(names, { name, kind: model })) return null;
  return (
    <div className="required-file" role="note" onPointerDown={stopPointer}>
      <p>{texts.required.missing(nameOfRequired(file))}</p>
      <p>{describeRequired(file)}</p>
    </div>
  );
}

/** The models that a param names, and their kind as the server knows it. */
function modelsNamed(
  param: Param,
  value: unknown,
): { readonly model: string | undefined; readonly names: readonly string[] } {
  if (param.kind === 'checkpoint') return { model: param.model, names: [String(value)] };
  if (param.kind !== 'text' || param.files === undefined) return { model: undefined, names: [] };
  return { model: param.files.model, names: filesInText(param.files, String(value)) };
}

/** A text may leave the ending out. */
function isNameOf(name: string, file: RequiredFile): boolean {
  const whole = nameOfRequired(file);
  return name === whole || whole.replace(/\.\w+$/, '') === name;
}
