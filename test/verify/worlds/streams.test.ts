// The invariant about streams, judged over histories that the virtual world itself recorded.
import { expect, test } from 'vitest';
import { judge } from '../../../src/verify/verdict.ts';
import { streamClient, type StreamHabits } from '../../kit/stream-client.ts';
import { play } from '../../kit/world.ts';

const story = (streams: string): string => `
server: { accessToken: { ttl: 5m }, resource: { streams: ${streams} } }
steps:
  - { as: live, stream: /events }
  - advance: past-expiry
  - request: { path: /feed, expect: ok }
  - advance: 3m
  - request: { path: /feed, expect: ok }
  - advance: 3m`;
const ENDS = '{ interval: 20s }';
const GOES_ON = '{ interval: 20s, endsAtExpiry: false }';
const TAKES_TOKENS = '{ interval: 20s, endsAtExpiry: false, renewal: true }';

async function said(streams: string, habits: StreamHabits = {}): Promise<string[]> {
  const record = await play(story(streams), streamClient(habits));
  const { findings, judged } = judge(record.history.events, { features: ['streams'] });
  expect(judged['stream-follows-token']).toBeGreaterThan(0);
  const all = findings.flatMap((finding) => [finding, ...finding.folded]);
  return all.filter(({ invariant }) => invariant === 'stream-follows-token').map(({ clause }) => clause ?? '-');
}

test('a stream that is told its new token is left in peace', async () => {
  expect(await said(TAKES_TOKENS, { renews: true })).toEqual([]);
});

test('a stream that the server ends with its token, and that comes back with the next, is left in peace', async () => {
  expect(await said(ENDS)).toEqual([]);
});

test('a stream that goes on with the token of before is found', async () => {
  expect(await said(GOES_ON)).toEqual(['a']);
});

test('so is one that is told its new token by a client whose server does not listen', async () => {
  expect(await said(GOES_ON, { renews: true })).toEqual(['a']);
});
