// Names of apps as the command line takes them. What is no name is refused here, before anything is sent to a device.
import type { Wanted } from '../../device/android/target.ts';
import { usageError } from '../exit.ts';

/** An Android package: at least two parts, each a Java word. */
export function readPackage(text: string): string {
  if (!/^[A-Za-z]\w*(?:\.[A-Za-z]\w*)+$/.test(text)) throw usageError(`"${text}" is not a package name`, 'such as com.example.app');
  return text;
}

/** Which work is meant, from the options. */
export function wantedOf({ work, worker, job }: { work?: string; worker?: string; job?: string }): Wanted {
  if (job !== undefined && !/^-?\d{1,10}$/.test(job))
    throw usageError(`--job: "${job}" is no number of a job`, '`tokenwarp why --package <name>` lists them');
  return {
    ...(work === undefined ? {} : { work }),
    ...(worker === undefined ? {} : { worker }),
    ...(job === undefined ? {} : { job: Number(job) }),
  };
}
