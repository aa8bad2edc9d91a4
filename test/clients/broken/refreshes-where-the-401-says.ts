// Broken in one place: the refresh token is posted to whatever authorization server a 401 points to.
import type { Host, HostResponse, RequestInit } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class RefreshesWhereThe401Says extends BaseClient {
  protected override async transfer(url: string, init: RequestInit): Promise<HostResponse> {
    const response = await super.transfer(url, init);
    const told = /resource_metadata="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
    const body = `grant_type=refresh_token&refresh_token=${encodeURIComponent(this.session?.refreshToken ?? '')}`;
    if (told !== undefined) await this.host.fetch(new URL('/token', told).href, { method: 'POST', body });
    return response;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new RefreshesWhereThe401Says(host);
