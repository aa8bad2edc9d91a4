// Whom a request is about, as far as it shows: its grant, its client, the user and the generation of the token in it. What fault rules,
// logs and session policies ask. Reads forms and JSON alike (Trakt); believes nothing and decides nothing.
import { GRANTS_BY_NAME } from '../src/core/server-words.ts';
import type { GrantName } from '../src/core/server-words.ts';
import { pathOf } from '../src/core/fault.ts';
import type { RequestAbout } from '../src/core/fault.ts';
import { parseObject } from '../src/core/http.ts';
import type { HttpRequest } from '../src/core/http.ts';
import type { Desk } from './desk.ts';
import type { AccessToken, RefreshToken } from './store.ts';

type Body = Pick<HttpRequest, 'body'>;

/** A field of a form or of a JSON object; undefined when it is not there. */
export function fieldOf({ body }: Body, name: string): string | undefined {
  const at = `&${body}`.indexOf(`&${name}=`);
  if (at >= 0) return formValue(body.slice(at + name.length + 1));
  const value = body.trimStart().startsWith('{') ? parseObject(body)?.[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The value a rest of a form begins with. Nearly always plain characters. */
function formValue(rest: string): string | undefined {
  const end = rest.indexOf('&');
  const raw = end < 0 ? rest : rest.slice(0, end);
  return /[%+]/.test(raw) ? (new URLSearchParams(`a=${raw}`).get('a') ?? undefined) : raw;
}

/** The short name of the grant a request asks for; `unknown grant` for one nobody knows. */
export function grantNameOf(request: HttpRequest): GrantName | 'password' | 'unknown grant' | undefined {
  if (pathOf(request.url).endsWith(TRAKT_POLL)) return 'device_code';
  const type = fieldOf(request, 'grant_type');
  if (type === undefined || type === 'password') return type;
  return GRANTS_BY_NAME.find((name) => type.endsWith(name)) ?? 'unknown grant';
}

/** The one path that says the grant without a field for it. */
const TRAKT_POLL = '/oauth/device/token';

/** The value behind `Authorization: Bearer` or `DPoP`. */
export function bearerOf({ headers }: Pick<HttpRequest, 'headers'>): string | undefined {
  return /^(?:bearer|dpop) +(\S+)\s*$/i.exec(headers['authorization'] ?? '')?.[1];
}

/** What the server can tell of a request before it judges it. */
export function aboutOf(desk: Desk, request: HttpRequest): RequestAbout {
  const { store } = desk;
  const access = store.access.get(bearerOf(request) ?? '');
  const refresh = store.refresh.get(fieldOf(request, 'refresh_token') ?? '');
  const code = fieldOf(request, 'code');
  const grant = grantNameOf(request);
  const device = store.devices.get(fieldOf(request, 'device_code') ?? code ?? '');
  const family = refresh?.family ?? access?.family;
  return {
    grant: grant === 'unknown grant' || grant === 'password' ? undefined : grant,
    client: basicUser(request) ?? fieldOf(request, 'client_id') ?? family?.clientId ?? access?.clientId,
    user: family?.user ?? store.codes.get(code ?? '')?.user ?? device?.user,
    generation: refresh === undefined ? generationOf(access) : depthOf(refresh),
  };
}

function basicUser({ headers }: HttpRequest): string | undefined {
  const basic = /^basic +(\S+)\s*$/i.exec(headers['authorization'] ?? '')?.[1];
  return basic === undefined ? undefined : Buffer.from(basic, 'base64').toString().split(':', 1)[0];
}

/** 1 for the token of the sign-in, 2 for what it was exchanged for. */
function depthOf(token: RefreshToken): number {
  let depth = 1;
  for (let { parent } = token; parent !== undefined; { parent } = parent) depth += 1;
  return depth;
}

function generationOf(token: AccessToken | undefined): number | undefined {
  return token?.family === undefined ? undefined : token.family.access.indexOf(token) + 1;
}
