// Stands for your own code: the token handling most apps start with. Refresh on a 401, then try again. It works alone and fails
// as soon as two requests meet an expired token. It knows nothing of tokenwarp.

interface Tokens {
  access_token: string;
  refresh_token?: string;
}
interface Doors {
  fetch(
    url: string,
    init?: { method?: string; headers?: Record<string, string>; body?: string | AsyncIterable<string> },
  ): Promise<{ status: number; json(): Promise<unknown> }>;
  storage: { get(key: string): Promise<string | undefined>; set(key: string, value: string): Promise<void> };
  tokenEndpoint: string;
  clientId: string;
}

export class MyAuth {
  #doors: Doors;
  #tokens: Tokens | undefined;

  constructor(doors: Doors) {
    this.#doors = doors;
  }

  async restore(): Promise<void> {
    const stored = await this.#doors.storage.get('tokens');
    this.#tokens = stored === undefined ? undefined : (JSON.parse(stored) as Tokens);
  }

  async setTokens(tokens: Tokens): Promise<void> {
    this.#tokens = { ...this.#tokens, ...tokens };
    await this.#doors.storage.set('tokens', JSON.stringify(this.#tokens));
  }

  async fetch(
    url: string,
    init: { method?: string; headers?: Record<string, string>; body?: string | AsyncIterable<string> } = {},
  ): Promise<{ status: number }> {
    const send = () =>
      this.#doors.fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${this.#tokens?.access_token}` } });
    const response = await send();
    if (response.status !== 401) return response;
    await this.#refresh();
    return send();
  }

  async #refresh(): Promise<void> {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: this.#tokens?.refresh_token ?? '',
      client_id: this.#doors.clientId,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await this.#doors.fetch(this.#doors.tokenEndpoint, { method: 'POST', headers, body: body.toString() });
    if (response.status === 200) await this.setTokens((await response.json()) as Tokens);
  }
}
