// Answers metadata and JWK sets: texts that are written out once per change, bytes made once per text.
import type { AppResponse } from './app.ts';
import type { Desk } from './desk.ts';
import { metadataText } from './metadata.ts';
import type { Document } from './metadata.ts';
import { jsonReply, reply } from './replies.ts';

/** No cache keeps them: a cache would follow real time, and this server's time is virtual. */
const FRESH = { 'content-type': 'application/json', 'cache-control': 'no-cache' };

/** A document of an issuer, for GET and HEAD alone. */
export function documentAnswer(desk: Desk, document: Document, method: string): AppResponse {
  if (method !== 'GET' && method !== 'HEAD') return jsonReply(desk, 405, { allow: 'GET, HEAD' }, { error: 'method_not_allowed' });
  const text = document === 'jwks' ? jwksText(desk) : metadataText(desk);
  if (method === 'HEAD') return reply(desk, 200, FRESH, '');
  return { ...reply(desk, 200, FRESH, text), bytes: bytesOf(desk, document, text) };
}

function jwksText(desk: Desk): string {
  return desk.context.keys?.jwks(desk.policy.signing) ?? '{"keys":[]}';
}

function bytesOf(desk: Desk, document: Document, text: string): Uint8Array {
  const known = desk.documents.get(document);
  if (known?.text === text) return known.bytes;
  const bytes = Buffer.from(text);
  desk.documents.set(document, { text, bytes });
  return bytes;
}
