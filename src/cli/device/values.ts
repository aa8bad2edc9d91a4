// Names of apps as the command line takes them. What is no name is refused here, before anything is sent to a device.
import { usageError } from '../exit.ts';

/** An Android package: at least two parts, each a Java word. */
export function readPackage(text: string): string {
  if (!/^[A-Za-z]\w*(?:\.[A-Za-z]\w*)+$/.test(text)) throw usageError(`"${text}" is not a package name`, 'such as com.example.app');
  return text;
}
