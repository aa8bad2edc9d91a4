// Writes fixtures/people.ts: the invented people who can sign in at the server. Run it after changing the recipe; a test compares.
import { writeFileSync } from 'node:fs';
import { base, en, Faker } from '@faker-js/faker';

/** Short names people can remember and type; everything else follows from the seed. */
const NAMES = ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn'] as const;
const SEED = 20_260_105;

/** The text of fixtures/people.ts. */
export function peopleFixture(): string {
  const faker = new Faker({ locale: [en, base], seed: SEED });
  faker.setDefaultRefDate('2026-01-05T08:00:00.000Z');
  const people = NAMES.map((name) => {
    const first = name[0]?.toUpperCase() + name.slice(1);
    const last = faker.person.lastName();
    const zone = faker.helpers.arrayElement(['Europe/London', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo']);
    return {
      sub: name,
      name: `${first} ${last}`,
      givenName: first,
      familyName: last,
      email: `${name}.${last.toLowerCase().replace(/[^a-z]/g, '')}@example.com`,
      emailVerified: name !== 'finn',
      phone: `+1555${faker.string.numeric(7)}`,
      birthdate: faker.date.birthdate({ mode: 'age', min: 20, max: 70 }).toISOString().slice(0, 10),
      zoneinfo: zone,
      locale: 'en',
      address: `${faker.location.streetAddress()}, ${faker.location.zipCode('#####')} ${faker.location.city()}`,
      about: faker.person.jobTitle(),
    };
  });
  const lines = people.map(
    (person) =>
      `  {\n${Object.entries(person)
        .map(([key, value]) => `    ${key}: ${literal(value)},\n`)
        .join('')}  },\n`,
  );
  return `${HEADER}export const PEOPLE = [\n${lines.join('')}] as const;\n`;
}

const HEADER = `// Invented people who can sign in at the server. Written by scripts/people.ts with @faker-js/faker from a fixed seed, so that the
// server starts without loading it and everyone meets the same people. Do not edit by hand.

`;

function literal(value: string | boolean): string {
  return typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value);
}

if (import.meta.main) writeFileSync(new URL('../fixtures/people.ts', import.meta.url), peopleFixture());
