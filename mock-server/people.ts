// Who can sign in and what userinfo may say of them, by scope (OIDC Core 5.4). Users nobody described have a `sub` and nothing else.
import { PEOPLE } from '../fixtures/people.ts';

/** One person. Invented. */
export interface Person {
  readonly sub: string;
  readonly name: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly phone: string;
  /** `YYYY-MM-DD`. */
  readonly birthdate: string;
  /** Name of the tz database. */
  readonly zoneinfo: string;
  readonly locale: string;
  /** One line. */
  readonly address: string;
  /** What they do; for the sign-in page. */
  readonly about: string;
}

/** Everyone a server knows unless told otherwise. */
export const DEFAULT_PEOPLE: readonly Person[] = PEOPLE;

/** By scope value, the claims it stands for. */
const CLAIMS: Readonly<Record<string, Readonly<Record<string, (person: Person) => unknown>>>> = {
  profile: {
    name: ({ name }) => name,
    given_name: ({ givenName }) => givenName,
    family_name: ({ familyName }) => familyName,
    preferred_username: ({ sub }) => sub,
    birthdate: ({ birthdate }) => birthdate,
    zoneinfo: ({ zoneinfo }) => zoneinfo,
    locale: ({ locale }) => locale,
  },
  email: { email: ({ email }) => email, email_verified: ({ emailVerified }) => emailVerified },
  phone: { phone_number: ({ phone }) => phone, phone_number_verified: () => true },
  address: { address: ({ address }) => ({ formatted: address }) },
};

/** Scope values that stand for claims, and `openid` itself. */
export const IDENTITY_SCOPES: readonly string[] = ['openid', ...Object.keys(CLAIMS)];

/** Every claim userinfo can give. */
export const CLAIM_NAMES: readonly string[] = ['sub', ...Object.values(CLAIMS).flatMap((claims) => Object.keys(claims))];

/** What a token with this scope may learn of `sub`. */
export function claimsFor(people: readonly Person[], sub: string, scope: readonly string[]): Record<string, unknown> {
  const person = people.find((one) => one.sub === sub);
  const out: Record<string, unknown> = { sub };
  if (person === undefined) return out;
  for (const value of scope) for (const [claim, read] of Object.entries(CLAIMS[value] ?? {})) out[claim] = read(person);
  return out;
}
