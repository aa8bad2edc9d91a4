// The persona of the specifications: what RFC 9700 asks of a server for public clients, nothing on top.
import type { Persona } from './persona.ts';
import { policyOf } from './persona.ts';

export const RFC: Persona = {
  name: 'rfc',
  summary: 'RFC 6749 and RFC 9700 to the letter: rotation, reuse ends the family, 1 h access tokens',
  policy: policyOf({}),
  client: 'app',
  sources: ['RFC 6749', 'RFC 9700 2.2.2, 4.14.2'],
};
