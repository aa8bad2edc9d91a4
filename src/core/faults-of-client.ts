// A fault of a client as code, apart from what it did to the session. Not part of a digest: messages and places are the machine's.
import type { EventOf } from './events.ts';

export interface ClientFault {
  kind: EventOf<'client.error'>['kind'];
  /** Redacted. */
  message: string;
  /** `function (file:line)`. */
  where?: string;
  /** Its event in the history. */
  seq: number;
}
