// Broken in one place: any 2xx answer of the token endpoint is a grant.
import type { Host, HostResponse, TokenResponse } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import { parseObject, type Answer } from '../base/session.ts';

class CaptivePortalTakenAsSuccess extends BaseClient {
  protected override read(response: HostResponse, text: string, sentAt: number): Answer {
    if (!response.ok) return super.read(response, text, sentAt);
    return { kind: 'granted', body: (parseObject(text) ?? {}) as unknown as TokenResponse, sentAt, status: response.status };
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new CaptivePortalTakenAsSuccess(host);
