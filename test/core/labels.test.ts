import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenLabels } from '../../src/core/labels.ts';

const HEADER = 'eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9';
const AT1 = `${HEADER}.eyJzdWIiOiJhZGEiLCJqdGkiOiIxIn0.Zm9vYmFyLXNpZ25hdHVyZS1vbmU`;
const AT2 = `${HEADER}.eyJzdWIiOiJib2IiLCJqdGkiOiIyIn0.c2Vjb25kLXNpZ25hdHVyZS0tLS0`;
const RT1 = 'k3JvQ9xPz7Lm2Wn8Rt5Yb1Vc6Xd4Zf0Gh_Aj-Se';

function issued(): TokenLabels {
  const labels = new TokenLabels();
  labels.issue('AT', AT1);
  labels.issue('RT', RT1);
  labels.issue('AT', AT2);
  return labels;
}

describe('token labels', () => {
  it('number each kind in order of issue; the same value keeps its name', () => {
    const labels = issued();
    expect([labels.of(AT1), labels.of(AT2), labels.of(RT1)]).toEqual(['AT-1', 'AT-2', 'RT-1']);
    expect([labels.of(undefined), labels.of(''), labels.of('undefined')]).toEqual(['none', 'none', 'unknown']);
  });

  it('find whole tokens in a stored value', () => {
    expect(issued().inside(JSON.stringify({ access_token: AT1, refresh_token: RT1, other: 'x' }))).toEqual(['AT-1', 'RT-1']);
  });

  it.each([
    ['whole', `token ${RT1}!`],
    ['a piece of twelve', `starts with ${RT1.slice(5, 17)}`],
    ['percent-encoded', `https://x/?t=${encodeURIComponent(RT1)}`],
    ['inside base64', btoa(`{"rt":"${RT1}"}`)],
    ['JSON-escaped', JSON.stringify({ rt: RT1 })],
  ])('find a leak: %s', (_, text) => expect(issued().leaks(text)).toEqual(['RT-1']));

  it('do not blame anybody for the header all JWTs share, nor for eleven characters', () => {
    const labels = issued();
    expect(labels.leaks(HEADER)).toEqual([]);
    expect(labels.leaks(`…${RT1.slice(0, 11)}`)).toEqual([]);
    expect(labels.leaks(AT2.slice(-20))).toEqual(['AT-2']);
  });

  it('redact so that nothing is left to find', () => {
    const labels = issued();
    fc.assert(
      fc.property(fc.constantFrom(AT1, AT2, RT1), fc.nat({ max: 20 }), fc.nat({ max: 60 }), fc.string(), (token, from, length, noise) => {
        expect(labels.leaks(labels.redact(`${noise} ${token.slice(from, from + length)} ${noise}`))).toEqual([]);
      }),
    );
    expect(labels.redact(`Bearer ${AT1}`)).toBe('Bearer ‹AT-1›');
  });
});
