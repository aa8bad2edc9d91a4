// Signing keys that rotate at run time, well and badly (M4). When a key is listed and when it signs are times in its record, so what
// holds now follows from the clock alone, and the records can be kept and put back. Key material comes from key-material.ts.
import type { Signer } from './contract.ts';
import { keyMaterial } from './key-material.ts';
import type { KeyMaterial } from './key-material.ts';
import type { ServerPolicy, SigningAlg } from './policy.ts';

/**
 * How a new key takes over. `overlap`: listed and signing at once, the old one stays listed; `publish-before-sign`: listed first,
 * signs after the lead, which clients need that keep a list for a while (jose 30 s, oauth4webapi 60 s); the bad ones: `sign-before-publish`: signs at once, listed after the lead; `drop-old-early`: the old key
 * leaves the list while its tokens live.
 */
export const ROTATIONS = ['overlap', 'publish-before-sign', 'sign-before-publish', 'drop-old-early'] as const;
export type Rotation = (typeof ROTATIONS)[number];

/** One key, without its material. Times are virtual ms; undefined = not yet planned to end. */
export interface KeyRecord {
  /** 1 is the fixture key of its algorithm, the others follow from the seed. */
  readonly number: number;
  readonly alg: SigningAlg;
  readonly kid: string;
  readonly listedFrom: number;
  listedUntil: number | undefined;
  readonly signsFrom: number;
}

/** Keys a verifier trusts: those the JWKS lists now, or all we ever had. */
export type KeyCircle = 'published' | 'all';

export interface KeyRing {
  /** Signs with the newest key of the algorithm whose time has come. */
  signer(signing: ServerPolicy['signing']): Signer;
  /** Whether a key of the circle made the signature; a header without `kid` is tried against all of its algorithm. */
  verify(header: { alg: unknown; kid: unknown }, input: string, signature: string, circle: KeyCircle): boolean;
  /** Whether a verifier that fetches the list now finds the key a header names; without `kid` any of its algorithm will do. */
  lists(header: { alg: unknown; kid: unknown }): boolean;
  /** The JWK set (RFC 7517 5), public members only, serialised once per change. */
  jwks(signing: ServerPolicy['signing']): string;
  /** Brings in the next key. `lead`: ms between the two halves of a rotation; `overlap`: ms an old key stays listed. */
  rotate(alg: SigningAlg, rotation: Rotation, times: { lead: number; overlap: number }): KeyRecord;
  /** Copies, to be kept; `restore` puts them back. */
  records(): KeyRecord[];
  restore(records: readonly KeyRecord[]): void;
}

/** The keys of one issuer. The same `seed` gives the same keys; the main issuer starts with the fixture keys. */
export function createKeyRing(options: { now(): number; seed: string; fixtures: boolean }): KeyRing {
  return new Ring(options);
}

interface Listing {
  text: string;
  from: number;
  until: number;
  kid: string;
}

class Ring implements KeyRing {
  readonly #now: () => number;
  readonly #seed: string;
  readonly #fixtures: boolean;
  readonly #materials = new Map<string, KeyMaterial>();
  readonly #signers = new Map<string, Signer>();
  #records: KeyRecord[] = [];
  #listing: Listing | undefined;

  constructor({ now, seed, fixtures }: { now(): number; seed: string; fixtures: boolean }) {
    this.#now = now;
    this.#seed = seed;
    this.#fixtures = fixtures;
  }

  signer({ alg, kid }: ServerPolicy['signing']): Signer {
    const record = this.#active(alg);
    const name = `${record.alg} ${record.number} ${kid}`;
    const known = this.#signers.get(name);
    if (known !== undefined) return known;
    const material = this.#material(record);
    const told = { present: record.kid, absent: undefined, unknown: `not-listed-${record.number}` }[kid];
    const signer: Signer = { alg, kid: told, sign: (input) => material.sign(input) };
    this.#signers.set(name, signer);
    return signer;
  }

  verify({ alg, kid }: { alg: unknown; kid: unknown }, input: string, signature: string, circle: KeyCircle): boolean {
    const candidates = circle === 'all' ? this.#records.filter((record) => record.alg === alg) : this.#listedFor({ alg, kid });
    return candidates.some((record) => this.#material(record).verify(input, signature));
  }

  lists(header: { alg: unknown; kid: unknown }): boolean {
    return this.#listedFor(header).length > 0;
  }

  #listedFor({ alg, kid }: { alg: unknown; kid: unknown }): KeyRecord[] {
    const now = this.#now();
    return this.#records.filter((record) => record.alg === alg && (kid === undefined || kid === record.kid) && isListed(record, now));
  }

  jwks({ alg, kid }: ServerPolicy['signing']): string {
    const now = this.#now();
    const known = this.#listing;
    if (known !== undefined && known.kid === `${alg} ${kid}` && now >= known.from && now < known.until) return known.text;
    this.#active(alg);
    const keys = this.#records.filter((record) => isListed(record, now)).map((record) => this.#publicJwk(record, kid === 'absent'));
    const text = JSON.stringify({ keys });
    this.#listing = { text, ...this.#steady(now), kid: `${alg} ${kid}` };
    return text;
  }

  rotate(alg: SigningAlg, rotation: Rotation, { lead, overlap }: { lead: number; overlap: number }): KeyRecord {
    const now = this.#now();
    const old = this.#active(alg);
    const listedFrom = rotation === 'sign-before-publish' ? now + lead : now;
    const signsFrom = rotation === 'publish-before-sign' ? now + lead : now;
    for (const record of this.#records) {
      if (record.alg === alg && isListed(record, now)) {
        const until = rotation === 'drop-old-early' ? now : signsFrom + overlap;
        record.listedUntil = Math.min(record.listedUntil ?? until, until);
      }
    }
    const record = this.#add({ alg, number: this.#count(alg) + 1, listedFrom, signsFrom });
    if (old.listedUntil === undefined) old.listedUntil = signsFrom + overlap;
    return { ...record };
  }

  records(): KeyRecord[] {
    return this.#records.map((record) => ({ ...record }));
  }

  restore(records: readonly KeyRecord[]): void {
    this.#records = records.map((record) => ({ ...record }));
    this.#listing = undefined;
  }

  /** The newest key that may sign; the first of its algorithm comes into being when it is asked for. */
  #active(alg: SigningAlg): KeyRecord {
    const now = this.#now();
    const ready = this.#records.findLast((record) => record.alg === alg && record.signsFrom <= now);
    return ready ?? this.#records.find((record) => record.alg === alg) ?? this.#add({ alg, number: 1, listedFrom: now, signsFrom: now });
  }

  #add(plan: Pick<KeyRecord, 'alg' | 'number' | 'listedFrom' | 'signsFrom'>): KeyRecord {
    const { kid } = this.#materialOf(plan.alg, plan.number);
    const record: KeyRecord = { ...plan, kid, listedUntil: undefined };
    this.#records.push(record);
    this.#listing = undefined;
    return record;
  }

  #count(alg: SigningAlg): number {
    return this.#records.filter((record) => record.alg === alg).length;
  }

  #material(record: KeyRecord): KeyMaterial {
    return this.#materialOf(record.alg, record.number);
  }

  #materialOf(alg: SigningAlg, number: number): KeyMaterial {
    const name = `${alg} ${number}`;
    const known = this.#materials.get(name);
    if (known !== undefined) return known;
    const material = keyMaterial(alg, number === 1 && this.#fixtures ? undefined : `${this.#seed}/${name}`);
    this.#materials.set(name, material);
    return material;
  }

  #publicJwk(record: KeyRecord, nameless: boolean): object {
    const { kid, alg } = record;
    return { ...this.#material(record).publicJwk, ...(nameless ? {} : { kid }), alg, use: 'sig' };
  }

  /** From when until when the list says the same. */
  #steady(now: number): { from: number; until: number } {
    const edges = this.#records.flatMap(({ listedFrom, listedUntil }) => [listedFrom, listedUntil ?? Infinity]);
    return {
      from: Math.max(-Infinity, ...edges.filter((edge) => edge <= now)),
      until: Math.min(Infinity, ...edges.filter((edge) => edge > now)),
    };
  }
}

function isListed({ listedFrom, listedUntil }: KeyRecord, now: number): boolean {
  return listedFrom <= now && (listedUntil === undefined || now < listedUntil);
}
