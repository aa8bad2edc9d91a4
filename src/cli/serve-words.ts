// What `tokenwarp serve` says when it is ready: for people, and as data for those who wait for it.
import { formatDuration } from '../core/duration.ts';
import type { Paint } from '../report/screen.ts';
import type { RunningMockServer } from '../../mock-server/http.ts';
import type { ServerPolicy } from '../../mock-server/policy.ts';

/** Members of the ready file and of the `ready` line; nothing in it is secret, the file says the control key besides. */
export interface Readiness {
  url: string;
  issuer: string;
  api: string;
  pid: number;
  /** Base of the control API; null without one. */
  control: string | null;
  /** Certificate to trust, with --tls. */
  ca?: string;
}

export function readiness(server: RunningMockServer): Readiness {
  const main = server.app.site.issuers[0];
  return {
    url: server.url,
    issuer: main?.issuer ?? server.url,
    api: main?.resourceBase ?? server.url,
    pid: process.pid,
    control: server.control?.url ?? null,
    ...(server.caFile === undefined ? {} : { ca: server.caFile }),
  };
}

/** The first lines on a terminal or in a log. */
export function greeting(server: RunningMockServer, version: string, paint: Paint): string {
  const { url, issuer, api, control, ca } = readiness(server);
  const policy = server.app.site.issuers[0]?.server.policy;
  const rows: [string, string][] = [
    ...(issuer === url ? [] : [['issuer', issuer] as [string, string]]),
    ['api', api],
    ...(control === null ? [] : [['control', control] as [string, string]]),
    ...(server.control?.key === undefined
      ? []
      : [['key', `${server.control.key}   (every control call must show it; it is shown here only)`] as [string, string]]),
    ...(policy === undefined ? [] : [['policy', policyText(policy)] as [string, string]]),
    ...(server.app.clock.frozen ? [['clock', 'stands still until it is advanced'] as [string, string]] : []),
    ...(ca === undefined ? [] : [['authority', ca] as [string, string]]),
  ];
  const lines = rows.map(([name, value]) => `  ${paint('dim', name.padEnd(10))}${value}`);
  return `${paint('bold', `tokenwarp ${version}`)} · ${url}\n${lines.join('\n')}\n`;
}

/** `access tokens 1h (jwt) · rotate · grace strict`. */
export function policyText({ accessToken, refreshToken, atomicity }: ServerPolicy): string {
  const { policy, window } = refreshToken.grace;
  return [
    `access tokens ${formatDuration(accessToken.lifetime)} (${accessToken.format})`,
    refreshToken.rotation,
    `grace ${policy}${window === 0 ? '' : ` ${formatDuration(window)}`}`,
    ...(atomicity === 'serialize' ? [] : [`race ${formatDuration(atomicity.race)}`]),
  ].join(' · ');
}
