// oidc-provider brings no types: what the acceptance tests and the benchmark need of it, and no more.
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  interface Configuration {
    findAccount?: (context: unknown, sub: string) => unknown;
    [setting: string]: unknown;
  }
  interface Grant {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  }

  export default class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): RequestListener;
    readonly Client: { find(id: string): Promise<object | undefined> };
    readonly Grant: new (members: { accountId: string; clientId: string }) => Grant;
    readonly RefreshToken: new (members: Readonly<Record<string, unknown>>) => { save(): Promise<string> };
  }
}
