// The server over sockets: throughput against bare node:http and against the two most used alternatives on npm, in interleaved rounds,
// each with processes of its own; whether 100,000 live tokens slow it down; what it weighs.
import { load } from '../load.ts';
import type { Load, LoadTimes, Target } from '../load.ts';
import { median } from '../measure.ts';
import type { Row } from '../table.ts';

const TARGETS = {
  floor: { server: 'floor', traffic: 'refresh' },
  floorGet: { server: 'floor', traffic: { get: '/' } },
  signing: { server: 'floor', args: ['signing'], traffic: 'refresh' },
  refresh: { server: 'ours', traffic: 'refresh' },
  crowded: { server: 'ours', args: ['50000'], traffic: 'refresh' },
  service: { server: 'ours', traffic: 'client-credentials' },
  metadata: { server: 'ours', traffic: { get: '/.well-known/oauth-authorization-server' } },
  jwks: { server: 'ours', traffic: { get: '/jwks' } },
  mockRefresh: { server: 'oauth2-mock-server', traffic: 'refresh' },
  mockService: { server: 'oauth2-mock-server', traffic: 'client-credentials' },
  providerRefresh: { server: 'oidc-provider', traffic: 'refresh' },
  providerService: { server: 'oidc-provider', traffic: 'client-credentials' },
} as const satisfies Record<string, Target>;
type Name = keyof typeof TARGETS;

export interface ServerRounds extends LoadTimes {
  rounds: number;
}

/** All rows about load. A ratio is the median over rounds of the ratio within a round: neighbours slow both sides of it down. */
export async function serverRows(times: ServerRounds): Promise<Row[]> {
  const rounds: Record<Name, Load>[] = [];
  for (let round = 0; round < times.rounds; round++) rounds.push(await playRound(times, round % 2 === 1));
  return [...throughputRows(rounds), ...peerRows(rounds), ...memoryRows(rounds)];
}

async function playRound(times: LoadTimes, backwards: boolean): Promise<Record<Name, Load>> {
  const names = Object.keys(TARGETS) as Name[];
  const loads: Partial<Record<Name, Load>> = {};
  for (const name of backwards ? names.toReversed() : names) loads[name] = await load(TARGETS[name], times);
  return loads as Record<Name, Load>;
}

type Rounds = readonly Record<Name, Load>[];

function throughputRows(rounds: Rounds): Row[] {
  return [
    rate(rounds, 'refresh: rotation, reuse bookkeeping, journal, EdDSA', {
      of: 'refresh',
      floor: 'floor',
      name: 'constant JSON',
      least: 0.18,
    }),
    rate(rounds, 'refresh, the same', { of: 'refresh', floor: 'signing', name: 'form + one EdDSA signature', least: 0.7 }),
    rate(rounds, 'refresh with 100,000 live tokens', { of: 'crowded', floor: 'refresh', name: 'the same, empty', least: 0.9 }),
    rate(rounds, 'client_credentials', { of: 'service', floor: 'floor', name: 'constant JSON', least: 0.18 }),
    rate(rounds, 'metadata', { of: 'metadata', floor: 'floorGet', name: 'constant JSON, GET', least: 0.75 }),
    rate(rounds, 'JWKS', { of: 'jwks', floor: 'floorGet', name: 'constant JSON, GET', least: 0.75 }),
  ];
}

function peerRows(rounds: Rounds): Row[] {
  return [
    rate(rounds, 'refresh beside oauth2-mock-server', {
      of: 'refresh',
      floor: 'mockRefresh',
      name: 'no rotation, no store, two JWTs',
      least: 2,
    }),
    rate(rounds, 'refresh beside oidc-provider', { of: 'refresh', floor: 'providerRefresh', name: 'rotation, Map store', least: 2 }),
    rate(rounds, 'client_credentials beside oauth2-mock-server', { of: 'service', floor: 'mockService', name: 'no store' }),
    rate(rounds, 'client_credentials beside oidc-provider', { of: 'service', floor: 'providerService', name: 'Map store' }),
  ];
}

interface Comparison {
  of: Name;
  floor: Name;
  name: string;
  least?: number;
}

function rate(rounds: Rounds, measure: string, { of, floor, name, least }: Comparison): Row {
  const over = (pick: (loads: Record<Name, Load>) => number): number => median(rounds.map(pick));
  const [ours, theirs] = [over((loads) => loads[of].cpu), over((loads) => loads[floor].cpu)];
  return {
    measure,
    value: over((loads) => loads[of].rate),
    unit: 'req/s',
    floor: { name, value: over((loads) => loads[floor].rate) },
    ratio: over((loads) => loads[of].rate / loads[floor].rate),
    goal: least === undefined ? {} : { least },
    note: `p50/p99 ${over((loads) => loads[of].p50)}/${over((loads) => loads[of].p99)} ms; ${over((loads) => loads[floor].p50)}/${over((loads) => loads[floor].p99)} ms; CPU ${ours.toFixed(0)} us; ${theirs.toFixed(0)} us`,
  };
}

const MIB = 1_048_576;

function memoryRows(rounds: Rounds): Row[] {
  const start = (name: Name): number => median(rounds.map((loads) => loads[name].rss.before)) / MIB;
  const grown = median(rounds.map(({ refresh: { rss, requests } }) => (rss.after - rss.before) / requests));
  return [
    {
      measure: 'memory when it starts',
      value: start('refresh') - start('floor'),
      unit: 'MiB',
      goal: { value: 30 },
      note: `${start('refresh').toFixed(0)} MiB; floor ${start('floor').toFixed(0)}, oauth2-mock-server ${start('mockRefresh').toFixed(0)}, oidc-provider ${start('providerRefresh').toFixed(0)}`,
    },
    {
      measure: 'memory kept per refresh, as the system sees it',
      value: grown / 1_024,
      unit: 'KiB',
      goal: {},
      note: 'two tokens, four facts, for ever',
    },
  ];
}
