// G3 mended: all four triggers as in the digest.
//
// Mends:
// - A fresh token from a header is adopted only in place of the token it was offered for, and only when it lives longer.
// - A push that comes within a minute of a refresh has its answer already: pushes are delivered late, and more than once.
// - Two minutes before the end, or a third of the token's life, so that it holds for tokens shorter than the digest asks for.
import type { Host } from '../../../src/core/contract.ts';
import { G3 } from './g3.ts';
import type { Tokens } from './parts/vault.ts';

const A_MINUTE = 60_000;

export class G3Mended extends G3 {
  protected override heeds({ bornAt }: Tokens): boolean {
    return this.host.clock.monotonic() - bornAt >= A_MINUTE;
  }

  protected override due(tokens: Tokens): boolean {
    return this.left(tokens) <= Math.min(this.refreshAhead, (tokens.lives ?? 0) / 3);
  }

  protected override adopts(sentWith: Tokens, lives: number | undefined): boolean {
    const { tokens } = this;
    return tokens?.access === sentWith.access && (lives ?? Number.POSITIVE_INFINITY) > this.left(tokens);
  }
}

export default (host: Host): G3Mended => new G3Mended(host);
