// Fingerprints instead of secrets: every issued token gets a label (`AT-2`, `RT-1`), and any text can be searched for tokens
// or pieces of them and redacted. No token value leaves this file except to its owner.
import type { TokenLabel } from './events.ts';

/** The shortest piece of a token that counts as a leak, in characters. */
export const LEAK_LENGTH = 12;
const RUN = /[A-Za-z0-9_\-.~+/=]{12,}/g;
const WORD = /[A-Za-z0-9_\-.~+/=]{16,}/g;

/** The labels of one run, in order of issue. */
export class TokenLabels {
  readonly #byValue = new Map<string, TokenLabel>();
  readonly #counts = { AT: 0, RT: 0 };
  readonly #forms = new Map<TokenLabel, string>();
  #all = '';

  /** Names a token just issued. The same value keeps its name. */
  issue(kind: 'AT' | 'RT', value: string): TokenLabel {
    const known = this.#byValue.get(value);
    if (known !== undefined) return known;
    const label = `${kind}-${++this.#counts[kind]}`;
    this.#byValue.set(value, label);
    const forms = formsOf(value);
    this.#forms.set(label, forms);
    this.#all += `${forms}\n`;
    return label;
  }

  /** The label of a value seen on a wire: `none` when absent or empty, `unknown` when nobody issued it. */
  of(value: string | undefined): TokenLabel {
    if (value === undefined || value === '') return 'none';
    return this.#byValue.get(value) ?? 'unknown';
  }

  /** Labels of the whole tokens in a stored value, in the order they stand there. */
  inside(text: string): TokenLabel[] {
    const found = new Set<TokenLabel>();
    for (const [word] of text.matchAll(WORD)) {
      const label = this.#byValue.get(word);
      if (label !== undefined) found.add(label);
    }
    return [...found];
  }

  /** Labels of tokens that the text holds whole or by a piece of {@link LEAK_LENGTH} characters, also base64 or percent-encoded. */
  leaks(text: string): TokenLabel[] {
    const found = new Set<TokenLabel>();
    for (const form of readings(text)) {
      for (const [run] of form.matchAll(RUN)) {
        for (let i = 0; i + LEAK_LENGTH <= run.length; i++) this.#ownerOf(run.slice(i, i + LEAK_LENGTH), found);
      }
    }
    return [...found];
  }

  /** The text with every token, and every piece that would count as a leak, replaced by `‹label›`. */
  redact(text: string): string {
    let out = text;
    for (const [value, label] of this.#byValue) if (out.includes(value)) out = out.replaceAll(value, `‹${label}›`);
    const left = this.leaks(out);
    return left.length === 0 ? out : `‹text with a piece of ${left.join(', ')}›`;
  }

  /** Pieces that two tokens share (a JWT header) name nobody. */
  #ownerOf(piece: string, found: Set<TokenLabel>): void {
    if (!this.#all.includes(piece)) return;
    const owners = [...this.#forms].filter(([, forms]) => forms.includes(piece)).map(([label]) => label);
    if (owners.length === 1 && owners[0] !== undefined) found.add(owners[0]);
  }
}

/** A token as it may stand in a text: plain, or inside base64 at any of the three alignments. */
function formsOf(value: string): string {
  return [value, ...[0, 1, 2].map((skip) => btoa(value.slice(skip)))].join('\n');
}

function readings(text: string): string[] {
  if (!text.includes('%')) return [text];
  try {
    return [text, decodeURIComponent(text)];
  } catch {
    return [text];
  }
}
