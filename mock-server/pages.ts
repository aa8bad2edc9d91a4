// The few pages people see: server-rendered, no script, nothing fetched from anywhere, readable on a phone and by a screen reader.
// Every value passes `escape`; the policy in the header allows one style sheet by its hash and nothing else.
import { hash } from 'node:crypto';
import type { HttpResponse } from '../src/core/http.ts';
import type { Desk } from './desk.ts';

/** What stands in a page; `main` is HTML. */
export interface Page {
  title: string;
  main: string;
}

/** Text as HTML text or attribute value. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}

/** A page with the headers that keep it out of caches, frames and other people's scripts. */
export function pageReply(desk: Desk, status: number, page: Page, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers: { date: desk.date(), ...PAGE_HEADERS, ...headers }, body: render(page) };
}

/** A page that says what went wrong and what to do, for whoever tests a client with this server. */
export function errorPage(desk: Desk, status: number, problem: { error: string; description: string; hint: string }): HttpResponse {
  const { error, description, hint } = problem;
  const main = `<h1>This request cannot go on</h1><p role="alert"><code>${escape(error)}</code>: ${escape(description)}.</p><p>${escape(hint)}.</p>`;
  return pageReply(desk, status, { title: 'Request refused', main });
}

const STYLE = `
:root{color-scheme:light dark;--line:#767676;--accent:#0b57d0;--on-accent:#fff}
@media(prefers-color-scheme:dark){:root{--accent:#a8c7fa;--on-accent:#062e6f}}
*{box-sizing:border-box}
body{margin:0;font:1rem/1.5 system-ui,sans-serif}
main{max-width:26rem;margin:0 auto;padding:1.5rem 1rem calc(1.5rem + env(safe-area-inset-bottom))}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem}
fieldset{border:0;margin:1rem 0;padding:0}
legend{font-weight:600;padding:0;margin-bottom:.25rem}
label{display:flex;gap:.75rem;align-items:center;min-height:3rem;padding:.25rem .5rem;border:1px solid var(--line);border-radius:.5rem;margin:.375rem 0}
label small{display:block}
input{width:1.25rem;height:1.25rem;flex:none;accent-color:var(--accent)}
button{display:block;width:100%;min-height:3rem;margin:.5rem 0;padding:.5rem 1rem;font:inherit;border:1px solid var(--line);border-radius:.5rem;background:transparent;color:inherit}
button.main{background:var(--accent);border-color:var(--accent);color:var(--on-accent);font-weight:600}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
summary{min-height:3rem;padding:.75rem 0}
code{overflow-wrap:anywhere}
`;

/**
 * No `form-action`: browsers apply it to the redirects that follow a form, and those lead into apps whose own redirects we cannot know.
 * `same-origin` and not `no-referrer`, which would make browsers send `Origin: null` with our own form.
 */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; img-src data:; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

function render({ title, main }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
}
