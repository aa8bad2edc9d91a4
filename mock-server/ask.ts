// What the token endpoint and its grants say to each other. Types only.
import type { RegisteredClient } from './clients.ts';
import type { Desk } from './desk.ts';
import type { Form } from './form.ts';
import type { Refusal } from './refusals.ts';
import type { AccessToken, RefreshToken } from './store.ts';

/** One authenticated request for tokens; `x` names the exchange. */
export interface Ask {
  form: Form;
  client: RegisteredClient;
  x: string;
  /** Which node of the server it came to. */
  node: number;
  /** Key of the DPoP proof it came with (RFC 9449 5). */
  jkt?: string | undefined;
}

/** Tokens handed out. `asked`: the scope the client counts on, undefined when it named none and knows none. */
export interface Granted {
  access: AccessToken;
  refresh: RefreshToken | undefined;
  asked: string | undefined;
  /** A sign-in, not a refresh: its ID token carries the nonce of the request. */
  signIn?: { nonce: string | undefined };
}

/** Carries out what was checked. A refusal when the grant ended in between. */
export type Plan = () => Granted | Refusal;

export interface Grant {
  check(desk: Desk, ask: Ask): Refusal | Plan;
  /** Whether the policy's race applies; otherwise check and commit are always one step. */
  readonly racy: boolean;
}
