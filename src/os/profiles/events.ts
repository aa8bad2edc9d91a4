// What happens to a phone and to one app on it, in words of no platform: each model maps them to its own inputs. A usage profile
// draws them, a scenario may write them.

export type PhoneEventKind =
  | { readonly kind: 'screen'; readonly on: boolean }
  | { readonly kind: 'unlock' }
  /** The user opens the app. */
  | { readonly kind: 'launch' }
  /** The app leaves the screen. */
  | { readonly kind: 'leave' }
  /** The user throws the app out of the app switcher. */
  | { readonly kind: 'swipe-away' }
  | { readonly kind: 'power'; readonly plugged: boolean }
  | { readonly kind: 'battery'; readonly level: number }
  | { readonly kind: 'battery-saver'; readonly on: boolean }
  | { readonly kind: 'network'; readonly transport: 'none' | 'wifi' | 'cellular'; readonly roaming: boolean }
  | { readonly kind: 'motion'; readonly moving: boolean }
  /** Minutes east of the zone the phone started in. The wall clock in Unix ms does not jump. */
  | { readonly kind: 'time-zone'; readonly offset: number }
  | { readonly kind: 'reboot' };

/** `elapsed`: ms since the local midnight at which the phone's story begins. */
export type PhoneEvent = PhoneEventKind & { readonly elapsed: number };
