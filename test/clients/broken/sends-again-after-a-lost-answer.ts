// Broken in one place: a request whose answer got lost is sent once more, whatever it does.
import type { Host, HostResponse, RequestInit } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class SendsAgainAfterALostAnswer extends BaseClient {
  protected override transfer(url: string, init: RequestInit): Promise<HostResponse> {
    return super.transfer(url, init).catch(() => super.transfer(url, init));
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new SendsAgainAfterALostAnswer(host);
