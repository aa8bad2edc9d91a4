// One request of a served application as one line: `12:00:01.204 POST /token refresh_token RT-1→RT-2 200 family f1 phone`.
// Labels only: the record it prints holds no token, no query and no header.
import type { RequestRecord } from '../core/request-record.ts';
import type { Paint, Style } from './screen.ts';

/** The line, without a line break. */
export function requestLine(record: RequestRecord, paint: Paint): string {
  const { method, path, grant } = record;
  const parts = [
    paint('dim', clockTime(record.wall)),
    record.endpoint === 'control' ? paint('dim', `${method} ${path}`) : `${method} ${path}`,
    grant,
    tokensOf(record),
    outcomeOf(record, paint),
    ...ownerOf(record),
    ...(record.fault === undefined ? [] : [paint('yellow', `· ${record.fault}`)]),
    ...(record.repeats === undefined ? [] : [paint('yellow', repeatText(record.repeats))]),
  ];
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

/** `12:00:01.204`, UTC, of a time in ms since the Unix epoch. */
export function clockTime(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}

/** `RT-1→RT-2`, `AT-2`, `→AT-1 RT-1` for a session that begins; undefined where no token was shown or given. */
export function tokensOf({ endpoint, presented, access, refresh }: RequestRecord): string | undefined {
  const shown = presented === 'none' ? undefined : presented;
  if (endpoint !== 'token') return shown;
  if (access === undefined) return shown;
  if (shown === undefined) return `→${[access, refresh].filter((label) => label !== undefined).join(' ')}`;
  return `${shown}→${refresh ?? access}`;
}

/** What the client got: status and error, with the true reason that only the journal knows; or that it got nothing. */
export function outcomeOf(record: RequestRecord, paint: Paint): string {
  const { status, error, reason, ending } = record;
  const why = reason === undefined ? '' : ` (${reason})`;
  if (ending === 'dropped') return paint('red', `no answer${access(record)}`);
  if (status === undefined) return paint('yellow', ending === 'failed' ? 'failed' : `gone before the answer${access(record)}`);
  const cut = ending === 'cut' ? ' cut short' : ending === 'gone' ? ' not read to the end' : '';
  return paint(styleOf(status), `${status}${error === undefined ? '' : ` ${error}${why}`}${cut}`);
}

function access(record: RequestRecord): string {
  return record.access === undefined ? '' : ', committed';
}

function styleOf(status: number): Style {
  if (status >= 500) return 'red';
  return status >= 400 ? 'yellow' : 'green';
}

function ownerOf({ family, device, from, endpoint }: RequestRecord): string[] {
  if (endpoint === 'control') return [];
  const place = from.startsWith(`${device ?? ''}/`) && device !== undefined ? from : (device ?? (/^c\d+$/.test(from) ? undefined : from));
  return [...(family === undefined ? [] : [`family ${family}`]), ...(place === undefined ? [] : [place])];
}

function repeatText({ of, by, gap }: NonNullable<RequestRecord['repeats']>): string {
  return by === 'transport'
    ? `· sent again by the transport (${of}, ${gap} ms after it broke)`
    : `· the same request as ${of}, ${gap} ms later`;
}
