// Names of iOS as the command line takes them. What is no name is refused here, before anything is sent to a device.
import { LONGEST_IDENTIFIER } from '../../device/ios/words.ts';
import { usageError } from '../exit.ts';

/** CFBundleIdentifier. */
export function readBundle(text: string): string {
  if (!/^[A-Za-z0-9_][\w-]*(?:\.[\w-]+)+$/.test(text)) throw usageError(`"${text}" is not a bundle identifier`, 'such as com.example.app');
  return text;
}

/** Any text that can be an identifier of a task; only what no app can have registered is refused. */
export function readTask(text: string): string {
  if (text === '' || /\p{Cc}/u.test(text) || !text.isWellFormed())
    throw usageError(`"${text}" is not an identifier of a task`, 'such as com.example.app.refresh');
  if (text.length > LONGEST_IDENTIFIER)
    throw usageError(`the identifier has ${text.length} characters`, `iOS drops those over ${LONGEST_IDENTIFIER}`);
  return text;
}

/** A URL with a scheme. */
export function readAppUrl(text: string): string {
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:\S*$/.test(text))
    throw usageError(`"${text}" is not a URL`, 'such as demo://fire/com.example.app.refresh');
  return text;
}

/** A Darwin notification. */
export function readNotification(text: string): string {
  if (!/^[\w][\w.-]*$/.test(text)) throw usageError(`"${text}" is not the name of a notification`, 'such as com.example.app.fire');
  return text;
}
