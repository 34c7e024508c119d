import type { ChildProcess } from 'node:child_process';

/** The first output of a program. @param what names it in the error if it ends without output */
export function firstLine(child: ChildProcess, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${what} ended with code ${code}.`)));
    child.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim()));
  });
}
