// Fingerprints instead of secrets: every issued token gets a label (`AT-2`, `RT-1`), and any text can be searched for tokens
// or pieces of them and redacted. No token value leaves this file except to its owner.
import type { TokenLabel } from './events.ts';

/** The shortest piece of a token that counts as a leak, in characters. */
export const LEAK_LENGTH = 12;
const RUN = /[A-Za-z0-9_\-.~+/=]{12,}/g;
/** No token is shorter. */
const SHORTEST = 16;
const WORD = /[A-Za-z0-9_\-.~+/=]{16,}/g;
/** Every piece of LEAK_LENGTH characters holds a whole anchor, when one of this length stands at every ANCHOR_STRIDE-th place. */
const ANCHOR = 6;
const ANCHOR_STRIDE = LEAK_LENGTH - ANCHOR + 1;

/** A place in an issued token. */
interface Anchor {
  label: TokenLabel;
  value: string;
  at: number;
}

/** The labels of one run, in order of issue. */
export class TokenLabels {
  /** In order of issue: `#labels[i]` names `#values[i]`. */
  readonly #labels: TokenLabel[] = [];
  readonly #values: string[] = [];
  readonly #counts = { AT: 0, RT: 0 };
  /** Both follow the lists when somebody asks: a server under load knows its tokens without them. */
  readonly #byValue = new Map<string, TokenLabel>();
  readonly #anchors = new Map<string, Anchor[]>();
  #named = 0;
  #anchored = 0;

  /** Names a token just issued. No value is issued twice. */
  issue(kind: 'AT' | 'RT', value: string): TokenLabel {
    const label: TokenLabel = `${kind}-${++this.#counts[kind]}`;
    this.#labels.push(label);
    this.#values.push(value);
    return label;
  }

  /** The label of a value seen on a wire: `none` when absent or empty, `unknown` when nobody issued it. */
  of(value: string | undefined): TokenLabel {
    if (value === undefined || value === '') return 'none';
    return this.#names().get(value) ?? 'unknown';
  }

  #names(): ReadonlyMap<string, TokenLabel> {
    for (; this.#named < this.#values.length; this.#named++)
      this.#byValue.set(this.#values[this.#named] ?? '', this.#labels[this.#named] ?? '');
    return this.#byValue;
  }

  /** Labels of the whole tokens in a stored value, in the order they stand there. */
  inside(text: string): TokenLabel[] {
    const found = new Set<TokenLabel>();
    // Nearly every store holds JSON, where a token stands between quotes; only without a hit is the text taken apart by words.
    this.#lookUp(text.split('"'), found);
    if (found.size === 0) this.#lookUp(text.match(WORD) ?? [], found);
    return [...found];
  }

  /** The token of this kind that was issued last among those in a stored value; empty when there is none. For whoever holds the value. */
  newestInside(text: string, kind: 'AT' | 'RT'): string {
    const found = new Set(this.inside(text));
    const at = this.#labels.findLastIndex((label) => found.has(label) && label.startsWith(kind));
    return this.#values[at] ?? '';
  }

  #lookUp(pieces: readonly string[], found: Set<TokenLabel>): void {
    const names = this.#names();
    for (const piece of pieces) {
      const label = piece.length < SHORTEST ? undefined : names.get(piece);
      if (label !== undefined) found.add(label);
    }
  }

  /** Labels of tokens that the text holds whole or by a piece of {@link LEAK_LENGTH} characters, also base64 or percent-encoded. */
  leaks(text: string): TokenLabel[] {
    const found = new Set<TokenLabel>();
    for (const form of readings(text)) for (const [run] of form.matchAll(RUN)) this.#searchRun(run, found);
    return [...found];
  }

  /** The text with every token, and every piece that would count as a leak, replaced by `‹label›`. */
  redact(text: string): string {
    let out = text;
    for (const [value, label] of this.#names()) if (out.includes(value)) out = out.replaceAll(value, `‹${label}›`);
    const left = this.leaks(out);
    return left.length === 0 ? out : `‹text with a piece of ${left.join(', ')}›`;
  }

  #searchRun(run: string, found: Set<TokenLabel>): void {
    this.#index();
    for (let i = 0; i + ANCHOR <= run.length; i++) {
      const anchors = this.#anchors.get(run.slice(i, i + ANCHOR));
      const owners = anchors?.filter((anchor) => common(run, i, anchor) >= LEAK_LENGTH) ?? [];
      // A piece that two tokens share (a JWT header) names nobody.
      if (owners.length === 1 && owners[0] !== undefined) found.add(owners[0].label);
    }
  }

  #index(): void {
    for (; this.#anchored < this.#values.length; this.#anchored++) {
      const value = this.#values[this.#anchored] ?? '';
      const label = this.#labels[this.#anchored] ?? '';
      for (let at = 0; at + ANCHOR <= value.length; at += ANCHOR_STRIDE) {
        const text = value.slice(at, at + ANCHOR);
        const anchors = this.#anchors.get(text);
        if (anchors === undefined) this.#anchors.set(text, [{ label, value, at }]);
        else anchors.push({ label, value, at });
      }
    }
  }
}

/** Length of the stretch around an anchor on which the run and the token agree. */
function common(run: string, i: number, { value, at }: Anchor): number {
  let before = 0;
  while (i > before && at > before && run[i - before - 1] === value[at - before - 1]) before += 1;
  let after = 0;
  while (i + after < run.length && at + after < value.length && run[i + after] === value[at + after]) after += 1;
  return before + after;
}

/** The text as it stands, percent-decoded, and whatever in it is base64, decoded at each of the four alignments. */
function readings(text: string): string[] {
  const plain = text.includes('%') ? [text, percentDecoded(text)] : [text];
  return [
    ...plain,
    ...plain.flatMap((form) => [...form.matchAll(WORD)].flatMap(([run]) => [0, 1, 2, 3].map((skip) => base64Decoded(run.slice(skip))))),
  ];
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function base64Decoded(run: string): string {
  const body = run
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/[^A-Za-z0-9+/]/g, '');
  return atob(body.slice(0, body.length - (body.length % 4 === 1 ? 1 : 0)));
}
