// Names stay names; pieces of tokens do not pass as names.
import { expect, test } from 'vitest';
import { createStreams } from '../../src/core/streams.ts';
import { looksSecret } from '../../mock-server/secretive.ts';

test.each([
  'phone',
  'iPhone-15-Pro',
  "Ada's iPhone 15",
  'SamsungGalaxyS24',
  'Pixel_9_Pro_XL',
  'load-feed',
  'n12.3',
  'GetUserProfile',
  '550e8400-e29b-41d4-a716-446655440000',
  '550E8400-E29B-41D4-A716-446655440000',
  '01HV8K3Z9QW4T7M2N5R6S8X0YB',
  '4bf92f3577b34da6a3ce929d0e0e4736',
  '1795236545-17',
  'MacBook-Pro-von-Ada',
  '',
])('%s is a name', (name) => {
  expect(looksSecret(name)).toBe(false);
});

test('of random texts of 20 characters and more, as tokens are made of, not one in fifty passes', () => {
  const ids = createStreams(1).stream('ids');
  const passed = Array.from({ length: 5_000 }, (_, i) => ids.text(20 + (i % 17))).filter((text) => !looksSecret(text));
  expect(passed.length).toBeLessThan(100);
});
