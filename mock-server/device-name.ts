// What a session's device is called: as the app says, or as its browser gives away. A name for people and journals, nothing more.
import type { HttpRequest } from '../src/core/http.ts';
import { looksSecret } from './secretive.ts';

/** What a device name may consist of. */
const NAME = /^[\w .'-]{1,40}$/;

/** By the parameter `device` (ours, any client may send it), by the header `x-device`, else by the User-Agent. */
export function deviceOf(request: HttpRequest, params: ReadonlyMap<string, string>): string {
  const said = params.get('device') ?? request.headers['x-device'];
  if (said !== undefined && NAME.test(said) && !looksSecret(said)) return said;
  const agent = request.headers['user-agent'] ?? '';
  if (/iPad/.test(agent)) return 'ipad';
  if (/iPhone|CFNetwork|Darwin/.test(agent)) return 'iphone';
  return /Android|okhttp/.test(agent) ? 'android' : 'browser';
}
