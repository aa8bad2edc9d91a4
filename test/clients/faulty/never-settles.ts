// Fault: the factory returns a promise that nobody keeps.
import type { Client } from '../../../src/core/contract.ts';

export default (): Promise<Client> => new Promise(() => undefined);
