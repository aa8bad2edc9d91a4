// G1 mended: queue, buffer, ladder and two levels of storage as in the ticket.
//
// Mends:
// - Only invalid_grant fails a refresh; every other answer is tried again like a network error, so no outage asks for a finger.
// - A 401 is about the token the request was sent with: when there is a newer one by now, it is sent again with that.
// - Life is counted on the monotonic clock from the answer on, not from `exp` by the device's wall clock.
// - The buffer is 5 minutes or a third of the token's life, whichever is less.
// - A refresh is given up after 10 s, so that a hanging one ends before its callers do.
import type { Host } from '../../../src/core/contract.ts';
import type { Reply } from '../correct/reactive-class/endpoint.ts';
import { G1 } from './g1.ts';
import type { Tokens } from './parts/vault.ts';

export class G1Mended extends G1 {
  protected override due(tokens: Tokens): boolean {
    return this.left(tokens) <= Math.min(this.refreshAhead, (tokens.lives ?? 0) / 3);
  }

  protected override left({ access, bornAt, lives }: Tokens): number {
    if (access === '') return 0;
    if (lives === undefined) return Number.POSITIVE_INFINITY;
    const age = this.host.clock.monotonic() - bornAt;
    return age < 0 ? 0 : lives - age;
  }

  protected override refused(sentWith: Tokens): Tokens {
    return sentWith;
  }

  protected override exchange(refreshToken: string): Promise<Reply> {
    return this.endpoint.refresh(refreshToken);
  }
}

export default (host: Host): G1Mended => new G1Mended(host);
