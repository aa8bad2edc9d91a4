// Answers metadata and JWK sets: texts that are written out once per change, with their headers once per second.
import type { AppResponse } from './app.ts';
import type { Desk } from './desk.ts';
import { metadataText } from './metadata.ts';
import type { Document } from './metadata.ts';
import { jsonReply, reply } from './replies.ts';

/** No cache keeps them: a cache would follow real time, and this server's time is virtual. */
const FRESH = { 'content-type': 'application/json', 'cache-control': 'no-cache' };

/** A document of an issuer, for GET and HEAD alone. Within one second of the server's clock, and one text, it is the same record. */
export function documentAnswer(desk: Desk, document: Document, method: string): AppResponse {
  if (method !== 'GET' && method !== 'HEAD') return jsonReply(desk, 405, { allow: 'GET, HEAD' }, { error: 'method_not_allowed' });
  if (method === 'HEAD') return reply(desk, 200, FRESH, '');
  const text = document === 'jwks' ? jwksText(desk) : metadataText(desk);
  const second = Math.floor(desk.now() / 1_000);
  const known = desk.documents.get(document);
  if (known?.second === second && known.response.body === text) return known.response;
  const answer = reply(desk, 200, FRESH, text);
  const head = Object.entries({ ...answer.headers, 'content-length': String(Buffer.byteLength(text)) }).flat();
  const response = { ...answer, head };
  desk.documents.set(document, { second, response });
  return response;
}

function jwksText(desk: Desk): string {
  return desk.context.keys?.jwks(desk.policy.signing) ?? '{"keys":[]}';
}
