// What the server remembers of browsers: who signed in there, pages that wait for an answer, requests pushed in advance.
// Plain records, types only. All times are ms since the Unix epoch on the server's own clock.
import type { ChallengeMethod } from './policy.ts';

/** A browser in which a user signed in; named by a cookie. */
export interface BrowserSession {
  readonly id: string;
  readonly user: string;
  readonly authTime: number;
  /** `client scope` pairs the user agreed to here. */
  readonly consents: Set<string>;
}

/** An authorization request found valid (RFC 6749 4.1.1, OIDC Core 3.1.2.1). */
export interface AuthorizationRequest {
  readonly clientId: string;
  /** Where the answer goes. */
  readonly target: string;
  /** As the request said; undefined when it relied on the only one registered. The redemption must repeat it. */
  readonly redirectUri: string | undefined;
  readonly scope: string;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly challenge: string | undefined;
  readonly challengeMethod: ChallengeMethod;
  readonly prompt: readonly string[];
  /** Ms; undefined = any age will do. */
  readonly maxAge: number | undefined;
  readonly loginHint: string | undefined;
  /** The user an `id_token_hint` names. */
  readonly hintedUser: string | undefined;
  readonly device: string;
  readonly jkt: string | undefined;
}

/** A page that was shown. It is answered once; used ones are kept, so that a second answer is told apart from an invented one. */
export interface Interaction {
  readonly id: string;
  readonly expiresAt: number;
  used: boolean;
  readonly asks: SignInQuestion | SignOutQuestion;
}
export interface SignInQuestion {
  readonly kind: 'sign-in';
  /** `a1`, as the journal calls it. */
  readonly a: string;
  readonly request: AuthorizationRequest;
}
export interface SignOutQuestion {
  readonly kind: 'sign-out';
  /** Where a confirmed sign-out leads; undefined = a page says that it is done. */
  readonly target: string | undefined;
  readonly state: string | undefined;
}

/** RFC 9126 2.2. */
export interface PushedRequest {
  readonly uri: string;
  readonly clientId: string;
  readonly params: ReadonlyMap<string, string>;
  readonly expiresAt: number;
  used: boolean;
}
