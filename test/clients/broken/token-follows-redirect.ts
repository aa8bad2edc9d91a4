// Broken in one place: redirects are followed by hand, with every header.
import type { Host, HostResponse, RequestInit } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class TokenFollowsRedirect extends BaseClient {
  protected override async transfer(url: string, init: RequestInit): Promise<HostResponse> {
    const response = await this.host.fetch(url, { ...init, redirect: 'manual' });
    const location = response.headers.get('location');
    return response.status < 300 || response.status > 399 || location === null
      ? response
      : this.host.fetch(new URL(location, url).href, init);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new TokenFollowsRedirect(host);
