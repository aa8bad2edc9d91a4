// I16: token values go to the token endpoint, the resource server and the secure store, and nowhere else; an access token may lie in
// the plain tier, a refresh token never. The recorder has searched
// every string already (pieces of 12 characters, base64 and percent-encoded too); here only labels are read.
import type { EventOf } from '../../core/events.ts';
import { isIssued } from '../derived.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const noTokenLeak: Invariant = {
  id: 'I16',
  name: 'no-token-leak',
  kind: 'wire',
  needs: ['H', 'J', 'V', 'C'],
  summary:
    'no token, and no piece of one, appears in a log, an event, an error, an address or a request to another origin, another authorization server too, and no refresh token in the plain store',
  why: 'Logs, crash reports and foreign servers keep what they see: whoever reads them can act as the user until the token ends, or for ever with a refresh token.',
  sources: ['RFC 6750 5.3', 'RFC 9700 4.3.2', 'RFC 6819 4.1.2', 'RFC 6819 5.3.3', 'rustdesk/rustdesk#16030'],
  judge,
};

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const text of view.index.texts) {
    judged += 1;
    if (text.leaks.length === 0) continue;
    violations.push(
      violation(noTokenLeak, {
        clause: 'text',
        message: `${text.actor} let ${text.leaks.join(' and ')} out in ${channelWord(text.channel)}`,
        hint: 'never put a token, or a part of one, into text: name tokens by a counter or a keyed hash',
        at: text,
        witness: [],
      }),
    );
  }
  for (const device of view.devices) {
    for (const { tier, labels, process, begin, end } of device.writes) {
      const at = begin ?? end;
      if (tier !== 'plain' || at === undefined) continue;
      judged += 1;
      const refresh = labels.filter((label) => label.startsWith('RT-'));
      if (refresh.length > 0) violations.push(unprotected(process, refresh, at));
    }
  }
  for (const { sent, process } of view.sendings) {
    judged += 1;
    if (sent.foreign === true && isIssued(sent.at)) {
      violations.push(
        violation(noTokenLeak, {
          clause: 'origin',
          message: `${process} sent ${sent.at} to ${sent.origin}, which is neither its issuer nor its resource server`,
          hint: 'attach a token only to the origins it is for (scheme, host and port): keep the issuer beside it, and drop it when a redirect leaves them',
          at: sent,
          witness: [view.request(sent.n)?.called, view.request(sent.n)?.sendings[0]?.sent],
        }),
      );
    }
    const refresh = sent.rt ?? (sent.at.startsWith('RT-') ? sent.at : undefined);
    if (refresh !== undefined && isIssued(refresh)) {
      violations.push(
        violation(noTokenLeak, {
          clause: 'refresh-token',
          message: `${process} sent the refresh token ${refresh} to the resource server with ${sent.n}`,
          hint: 'a refresh token is for the token endpoint alone (RFC 6749 1.5)',
          at: sent,
          witness: [view.request(sent.n)?.called],
        }),
      );
    }
  }
  for (const stray of view.index.strays) {
    judged += 1;
    const label = stray.type === 'token.sent' ? stray.rt : stray.token;
    if (isIssued(label)) violations.push(toAnotherIssuer(stray, label));
  }
  return { judged, violations: violations.sort((a, b) => a.seq - b.seq) };
}

function toAnotherIssuer(stray: EventOf<'token.sent'> | EventOf<'revocation.sent'>, label: string): Violation {
  const { actor, origin = 'another server', type } = stray;
  return violation(noTokenLeak, {
    clause: 'issuer',
    message: `${actor} sent ${label} to ${origin}, which did not issue it, ${type === 'token.sent' ? `in ${stray.x}` : 'to have it revoked'}`,
    hint: 'keep the issuer beside every stored token; what another server issued is no session here, and is not for this one to refresh or revoke',
    at: stray,
    witness: [],
  });
}

function unprotected(process: string, refresh: readonly string[], at: { seq: number }): Violation {
  return violation(noTokenLeak, {
    clause: 'plain-store',
    message: `${process} wrote ${refresh.join(' and ')} into the plain store, which every backup and every owner of the phone can read`,
    hint: 'keep refresh tokens in the secure store; when it is locked, keep them in memory and write later',
    at,
    witness: [],
  });
}

function channelWord(channel: string): string {
  return channel === 'emit' ? 'an emitted event' : channel === 'url' ? 'an address' : `a ${channel} text`;
}
