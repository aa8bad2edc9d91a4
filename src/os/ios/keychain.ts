// The keychain of one phone, shared by the processes whose entitlements name the same access group. It outlives the app; values are opaque.
import type { OSStatusName } from './codes.ts';
import { accessStatus, CLASSES, DEFAULT_ACCESSIBLE, type Accessible, type KeychainOperation } from './protection.ts';
import type { Rules } from './figures.ts';
import type { Protection } from './words.ts';

/** Which item is meant. Without `group` all groups of the process are searched, and an item is added to the first. */
export interface KeychainQuery {
  readonly account: string;
  readonly group?: string;
}

interface KeychainItem {
  readonly account: string;
  readonly group: string;
  accessible: Accessible;
  value: string;
}

export interface KeychainAnswer {
  readonly status: OSStatusName;
  readonly value?: string;
}

/** What the keychain asks of the phone at the moment of a call. */
export interface KeychainPhone {
  protection(): Protection;
  passcodeSet(): boolean;
}

export class Keychain {
  readonly #phone: KeychainPhone;
  readonly #rules: Pick<Rules, 'deleteWhileLocked'>;
  /** Process -> access groups of its entitlements, its default one first. */
  readonly #groups: ReadonlyMap<string, readonly string[]>;
  #items: KeychainItem[] = [];

  constructor(phone: KeychainPhone, rules: Pick<Rules, 'deleteWhileLocked'>, groups: ReadonlyMap<string, readonly string[]>) {
    this.#phone = phone;
    this.#rules = rules;
    this.#groups = groups;
  }

  copyMatching(process: string, query: KeychainQuery): KeychainAnswer {
    const found = this.#find(process, query, 'SecItemCopyMatching');
    return typeof found === 'string' ? { status: found } : { status: 'errSecSuccess', value: found.value };
  }

  add(process: string, query: KeychainQuery, value: string, accessible: Accessible = DEFAULT_ACCESSIBLE): KeychainAnswer {
    const groups = this.#groupsFor(process, query);
    const [group] = groups;
    if (group === undefined) return { status: 'errSecMissingEntitlement' };
    if (CLASSES[accessible].needsPasscode && !this.#phone.passcodeSet()) return { status: 'errSecAuthFailed' };
    const status = this.#access(accessible, 'SecItemAdd');
    if (status !== 'errSecSuccess') return { status };
    if (this.#items.some((item) => item.account === query.account && item.group === group)) return { status: 'errSecDuplicateItem' };
    this.#items.push({ account: query.account, group, accessible, value });
    return { status };
  }

  /** `accessible`: the class the item has from now on; it keeps its own when none is named. */
  update(process: string, query: KeychainQuery, value: string, accessible?: Accessible): KeychainAnswer {
    const found = this.#find(process, query, 'SecItemUpdate');
    if (typeof found === 'string') return { status: found };
    const status = this.#access(accessible ?? found.accessible, 'SecItemUpdate');
    if (status !== 'errSecSuccess') return { status };
    found.value = value;
    found.accessible = accessible ?? found.accessible;
    return { status };
  }

  delete(process: string, query: KeychainQuery): KeychainAnswer {
    const found = this.#find(process, query, 'SecItemDelete');
    if (typeof found === 'string') return { status: found };
    this.#drop((item) => item === found);
    return { status: 'errSecSuccess' };
  }

  /** Another phone is set up from a backup of this one: items bound to the device are not there. */
  moveToNewDevice(): void {
    this.#drop(({ accessible }) => CLASSES[accessible].thisDeviceOnly);
  }

  passcodeRemoved(): void {
    this.#drop(({ accessible }) => CLASSES[accessible].needsPasscode);
  }

  removeAll(): void {
    this.#drop(() => true);
  }

  #drop(isGone: (item: KeychainItem) => boolean): void {
    this.#items = this.#items.filter((item) => !isGone(item));
  }

  #find(process: string, query: KeychainQuery, operation: KeychainOperation): KeychainItem | OSStatusName {
    const groups = this.#groupsFor(process, query);
    if (groups.length === 0) return 'errSecMissingEntitlement';
    const item = this.#items.find(({ account, group }) => account === query.account && groups.includes(group));
    if (item === undefined) return 'errSecItemNotFound';
    const status = this.#access(item.accessible, operation);
    return status === 'errSecSuccess' ? item : status;
  }

  #groupsFor(process: string, { group }: KeychainQuery): readonly string[] {
    const own = this.#groups.get(process) ?? [];
    return group === undefined ? own : own.filter((name) => name === group);
  }

  #access(accessible: Accessible, operation: KeychainOperation): OSStatusName {
    return accessStatus(accessible, this.#phone.protection(), operation, this.#rules.deleteWhileLocked);
  }
}
