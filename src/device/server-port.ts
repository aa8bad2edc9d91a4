// The mock server as an operation on a device needs it: what arrived since, and a hold at the commit. Lent by the command line, which
// has the HTTP client: this room speaks to devices only.

export interface Refreshes {
  /** Requests with a refresh token that arrived. */
  readonly received: number;
  /** Rotations that took effect. */
  readonly committed: number;
  readonly refused: number;
}

export interface Hold {
  /** Whether a request waits there now. */
  isHolding(): Promise<boolean>;
  release(): Promise<void>;
}

export interface ServerPort {
  /** A place in the journal. */
  mark(): Promise<number>;
  since(mark: number): Promise<Refreshes>;
  /** Stops the next token request after its commit, before a byte of the answer. */
  hold(): Promise<Hold>;
}
