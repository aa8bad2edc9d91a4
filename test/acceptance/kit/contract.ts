// What the two servers under test have in common: their clients, and what a person does on their pages.
import type { Page } from 'playwright-core';
import { TEST_ONLY_SERVICE_SECRET } from '../../../fixtures/keys.ts';
import type { FillIn } from './pages.ts';

/** The redirect address of both clients; whatever its port. */
export const CALLBACK = 'http://127.0.0.1/callback';
/** A confidential client whose secret needs the encoding of RFC 6749 2.3.1. */
export const SERVICE = { id: 'service', secret: TEST_ONLY_SERVICE_SECRET };
/** A public client. */
export const APP = 'app';
/** What a sign-in asks for; a refresh may ask for less of it, and `email` is more. */
export const SCOPE = 'openid profile offline_access';

export interface TargetOptions {
  /** DPoP proofs need a nonce, at both servers. */
  nonce?: boolean;
}

/** An authorization server under test. */
export interface Target {
  readonly issuer: URL;
  /** What a person fills in on its pages. */
  readonly fillIn: FillIn;
  /** A person signs in and agrees in a real browser that shows its first page. */
  pressThrough(page: Page): Promise<void>;
}
