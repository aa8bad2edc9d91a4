// Whether a text is a property list in well-formed XML. The parser beneath the plist library complains about anything else to the
// console, past every stream of ours, and guesses what was meant: so it is asked first, and a damaged file never gets that far.

const NAMES = 'plist|dict|array|key|string|data|date|integer|real|true|false';
const DECLARATION =
  /^\uFEFF?(?:<\?xml\s+version=(["'])1\.\d\1(?:\s+encoding=(["'])[A-Za-z][\w.-]*\2)?(?:\s+standalone=(["'])(?:yes|no)\3)?\s*\?>)?/;
const DOCTYPE = /<!DOCTYPE\s+plist(?:\s+PUBLIC\s+"[-\w '()+,./:=?;!*#@$%]*"\s+"[^"<>&]*"|\s+SYSTEM\s+"[^"<>&]*")?\s*>/y;
const COMMENT = /<!--(?!-?>)[^]*?-->/y;
const TAG = new RegExp(`<(/?)(${NAMES})(?:\\s+version\\s*=\\s*(?:"[^"<&]*"|'[^'<&]*'))?\\s*(/?)>`, 'y');
const TEXT = /[^<&]+|&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\dA-Fa-f]{1,6});|<!\[CDATA\[[^]*?\]\]>/y;
/** What no XML may hold, and what a decoder puts where bytes are no text. */
// eslint-disable-next-line no-control-regex
const NO_TEXT = /[\0-\x08\v\f\x0E-\x1F\uFFFD\uFFFE\uFFFF]/;

/** Why it is none; undefined when it is one. */
export function markupFault(text: string): string | undefined {
  if (NO_TEXT.test(text)) return 'it holds bytes that are no text';
  const open: string[] = [];
  let roots = 0;
  for (let at = DECLARATION.exec(text)?.[0].length ?? 0; at < text.length;) {
    const piece = pieceAt(text, at, roots === 0);
    if (piece === undefined) return `what stands at character ${at} belongs into no property list`;
    at += piece.text.length;
    const { opens, closes } = piece;
    if (open.length === 0) {
      if (opens !== undefined) roots++;
      if (opens !== undefined ? opens !== 'plist' || roots > 1 : piece.isContent) return 'it is no property list';
    }
    if (opens !== undefined) open.push(opens);
    if (closes !== undefined && open.pop() !== closes) return `"${closes}" ends at character ${at} and was not open`;
  }
  if (roots === 0) return 'it is no property list';
  return open.length === 0 ? undefined : `it is cut short: "${open.at(-1)}" does not end`;
}

interface Piece {
  readonly text: string;
  readonly opens?: string;
  readonly closes?: string;
  /** It may not stand outside the root. */
  readonly isContent: boolean;
}

function pieceAt(text: string, at: number, inProlog: boolean): Piece | undefined {
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const tag = match(TAG);
  if (tag !== null) {
    const [whole, slash, name = '', empty] = tag;
    if (slash === '/') return empty === '/' || whole.includes('=') ? undefined : { text: whole, closes: name, isContent: true };
    return { text: whole, opens: name, ...(empty === '/' ? { closes: name } : {}), isContent: true };
  }
  const aside = match(COMMENT) ?? (inProlog ? match(DOCTYPE) : null);
  if (aside !== null)
    return aside[0].slice(4, -3).includes('--') && aside[0].startsWith('<!--') ? undefined : { text: aside[0], isContent: false };
  const [plain] = match(TEXT) ?? [];
  return plain === undefined ? undefined : { text: plain, isContent: plain.trim() !== '' };
}
