// /keys: the signing keys of an issuer, and the next one taking over, well or badly.
import { ROTATIONS } from '../keys.ts';
import type { KeyRecord } from '../keys.ts';
import { SIGNING_ALGS } from '../policy.ts';
import { ISSUER_ABOUT, issuerOf, row } from './route.ts';
import type { ControlRow } from './route.ts';
import { duration, flag, listOf, needed, optional, record, text, whole, word } from './shape.ts';

const KEY = record({
  kid: needed(text(), 'Key id.'),
  alg: needed(word(SIGNING_ALGS), 'Algorithm.'),
  listed: needed(flag, 'In the JWKS now.'),
  signs: needed(flag, 'Its time to sign has come.'),
  listedFrom: needed(whole(), 'Virtual ms.'),
  listedUntil: optional(whole(), 'Virtual ms; absent = no end planned.'),
  signsFrom: needed(whole(), 'Virtual ms.'),
});

export const KEY_ROWS: readonly ControlRow[] = [
  row({
    method: 'GET',
    path: '/keys',
    name: 'listKeys',
    summary: 'Keys of an issuer, oldest first.',
    answer: record({ keys: needed(listOf(KEY), '') }).schema,
    query: { issuer: optional(text(), ISSUER_ABOUT) },
    act({ app, query }) {
      const now = app.clock.now();
      return {
        keys: issuerOf(app, query.issuer)
          .keys.records()
          .map((key) => told(key, now)),
      };
    },
  }),
  row({
    method: 'POST',
    path: '/keys/rotate',
    name: 'rotateKeys',
    answer: KEY.schema,
    summary: "The next key of the policy's algorithm takes over.",
    body: {
      how: optional(
        word(ROTATIONS),
        'overlap (default) and publish-before-sign are right; sign-before-publish and drop-old-early are the mistakes servers make.',
      ),
      lead: optional(duration(0), 'Between the two halves of a rotation. Default 5m.'),
      overlap: optional(duration(0), 'How long the old key stays listed. Default: the life of an access token.'),
      issuer: optional(text(), ISSUER_ABOUT),
    },
    act({ app, body }) {
      const { how, lead, overlap, issuer } = body;
      const key = issuerOf(app, issuer).rotateKeys(how, {
        ...(lead === undefined ? {} : { lead }),
        ...(overlap === undefined ? {} : { overlap }),
      });
      return told(key, app.clock.now());
    },
  }),
];

function told({ kid, alg, listedFrom, listedUntil, signsFrom }: KeyRecord, now: number) {
  const listed = listedFrom <= now && (listedUntil === undefined || now < listedUntil);
  return { kid, alg, listed, signs: signsFrom <= now, listedFrom, ...(listedUntil === undefined ? {} : { listedUntil }), signsFrom };
}
