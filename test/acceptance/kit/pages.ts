// A person in front of sign-in pages, without a browser: keeps cookies, fills in forms, follows redirects until one leaves for the app.
// Chromium does the same in the tests that need a real one; this is for those where the page is not the point.

/** One form of a page: where it goes and what it carries already. */
export interface PageForm {
  action: string;
  method: 'get' | 'post';
  fields: Readonly<Record<string, string>>;
}
/** What a person adds to a form. */
export type FillIn = (form: PageForm, html: string) => Readonly<Record<string, string>>;

/** Pages until the app is called; a sign-in takes six at most. */
const MOST_STEPS = 12;

/** Opens `start`, answers every form, and returns the address under `callback` that the browser is sent to. */
export async function throughPages(start: URL, fillIn: FillIn, callback: string): Promise<URL> {
  const last = await walk(start, fillIn, callback);
  if (last.url === undefined) throw new Error(`the pages ended without a redirect to the app: ${textOf(last.html)}`);
  return last.url;
}

/** The same for pages that end with a page. */
export async function toLastPage(start: URL, fillIn: FillIn): Promise<string> {
  return (await walk(start, fillIn, 'none:')).html;
}

async function walk(start: URL, fillIn: FillIn, callback: string): Promise<{ url?: URL; html: string }> {
  const cookies = new Map<string, string>();
  let next: { url: URL; body?: string } = { url: start };
  for (let step = 0; step < MOST_STEPS; step++) {
    const response = await visit(next, cookies);
    const html = await response.text();
    const location = response.headers.get('location');
    if (location !== null) {
      const url = new URL(location, next.url);
      if (url.href.startsWith(callback)) return { url, html };
      next = { url };
      continue;
    }
    const form = formOf(html);
    if (form === undefined) return { html };
    next = submit(new URL(form.action, next.url), form, { ...form.fields, ...fillIn(form, html) });
  }
  throw new Error('the pages never end');
}

async function visit({ url, body }: { url: URL; body?: string }, cookies: Map<string, string>): Promise<Response> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(url, {
    redirect: 'manual',
    headers: {
      ...(cookie === '' ? {} : { cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin }),
    },
    ...(body === undefined ? {} : { method: 'POST', body }),
  });
  for (const line of response.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
  return response;
}

function submit(url: URL, { method }: PageForm, fields: Readonly<Record<string, string>>): { url: URL; body?: string } {
  const text = new URLSearchParams(fields).toString();
  if (method === 'post') return { url, body: text };
  return { url: new URL(`?${text}`, url) };
}

function formOf(html: string): PageForm | undefined {
  const [, attributes, inside = ''] = /<form([^>]*)>([\s\S]*?)<\/form>/.exec(html) ?? [];
  if (attributes === undefined) return undefined;
  const hidden = [...inside.matchAll(/<input[^>]*>/g)].map(([tag]) => tag).filter((tag) => attribute(tag, 'type') === 'hidden');
  return {
    action: attribute(attributes, 'action') ?? '',
    method: attribute(attributes, 'method') === 'post' ? 'post' : 'get',
    fields: Object.fromEntries(hidden.map((tag) => [attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? ''])),
  };
}

function textOf(html: string): string {
  const [, main = html] = /<main>([\s\S]*)<\/main>/.exec(html) ?? [];
  return main.replace(/<[^>]*>/g, ' ').slice(0, 400);
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&');
}
