/** A published model that a workflow names and that does not come with the program. */
export interface RequiredFile {
  /** On the Hugging Face Hub, as OWNER/NAME. */
  readonly repository: string;
  /** The one file that is needed, by its path in the repository; all of it when left out. */
  readonly file?: string;
  /** Its folder below `models/`; left out for checkpoints, which are in `models/` itself. */
  readonly folder?: string;
}

/** What `requires` of a workflow file may hold. */
export function isListOfRequiredFiles(value: unknown): boolean {
  return Array.isArray(value) && value.every(isRequiredFile);
}

/** The name by which params name it once it is where it belongs. */
export function nameOfRequired({ repository, file = repository }: RequiredFile): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** What gets it: a command, or a file or a whole repository that goes into a folder. */
export type RequiredDownload =
  | { readonly command: string }
  | { readonly file?: string; readonly from: string; readonly to: string };

export function downloadOf({ repository, file, folder }: RequiredFile): RequiredDownload {
  const from = `huggingface.co/${repository}`;
  const to = folder === undefined ? 'models/' : `models/${folder}/`;
  if (file !== undefined) return { file, from, to };
  if (folder === undefined) return { command: `npx unclip models pull ${repository}` };
  return { from, to: `${to}${nameOfRequired({ repository })}/` };
}

/** How to get it, in an English sentence. */
export function describeRequired(required: RequiredFile): string {
  const download = downloadOf(required);
  if ('command' in download) return `Download it: ${download.command}`;
  const { file, from, to } = download;
  return `Download ${file === undefined ? from : `${file} from ${from}`} into ${to}.`;
}

/** Of a path; "." and ".." lead elsewhere. */
const NAME = /^(?!\.{1,2}$)[\w.-]{1,96}$/;
const MAX_DEPTH = 5;

function isRequiredFile(value: unknown): value is RequiredFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { repository, file, folder } = value as Readonly<Record<string, unknown>>;
  const [ofRepository, ofFile, ofFolder] = [repository, file, folder].map(namesIn);
  return ofRepository?.length === 2 && (file === undefined || !!ofFile) && (folder === undefined || !!ofFolder);
}

/** The names in a path with "/"; `undefined` if it is none. */
function namesIn(path: unknown): readonly string[] | undefined {
  const names = typeof path === 'string' ? path.split('/') : [];
  return names.length > 0 && names.length <= MAX_DEPTH && names.every((name) => NAME.test(name)) ? names : undefined;
}
