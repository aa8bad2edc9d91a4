// The part of docs/guides.md that is lived: weeks of phone life with G0 and its mended version, told in tables made of the histories.
import {
  HABITS,
  INTERVALS,
  LIFE_DAYS,
  LIFE_SEEDS,
  live,
  SYSTEMS,
  VERSIONS,
  type Life,
  type Loss,
} from '../../test/clients/guides/lives.ts';
import { table } from './markdown.ts';

const EVERY: Readonly<Record<Life['every'], string>> = { '5d': 'every 5 days', '6h': 'every 6 hours' };

export async function lifePart(): Promise<string[]> {
  const lives = await live();
  return [
    `### ${LIFE_DAYS} days of phone life`,
    `How often the login is lost in ${LIFE_DAYS} days, by how the phone is used (${LIFE_SEEDS.length} lives each, so 0.5 is one in two), and ` +
      'the day of the first loss. After a loss the user signs in again at the next visit. The habits are those of `src/os/profiles`, the ' +
      'phones those of `src/os`; figures of iOS that Apple does not publish are observed ones.',
    ...SYSTEMS.flatMap((system) => [`#### ${system}`, lossTable(lives.filter((life) => life.system === system))]),
    '#### Why',
    'What kept the job from renewing the token in time, counted over all lives above.',
    reasonTable(lives),
  ];
}

function lossTable(lives: readonly Life[]): string {
  const columns = VERSIONS.flatMap((version) => INTERVALS.map((every) => ({ version, every })));
  return table(
    ['logins lost', ...columns.map(({ version, every }) => `${version === 'g0' ? '' : 'mended, '}${EVERY[every]}`)],
    HABITS.map((habit) => [
      habit,
      ...columns.map(({ version, every }) =>
        cell(lives.filter((life) => life.habit === habit && life.version === version && life.every === every)),
      ),
    ]),
  ).join('\n');
}

function cell(lives: readonly Life[]): string {
  const losses = lives.flatMap((life) => life.losses);
  if (losses.length === 0) return 'never';
  const often = Math.round((10 * losses.length) / LIFE_SEEDS.length) / 10;
  return `${often}, first on day ${Math.min(...losses.map(({ day }) => day))}`;
}

function reasonTable(lives: readonly Life[]): string {
  const groups = SYSTEMS.flatMap((system) => VERSIONS.flatMap((version) => INTERVALS.map((every) => ({ system, version, every }))));
  return table(
    ['system', 'version', 'losses', 'why'],
    groups.map(({ system, version, every }) => {
      const own = lives.filter((life) => life.system === system && life.version === version && life.every === every);
      const losses = own.flatMap((life) => life.losses);
      return [system, `${version === 'g0' ? 'literal' : 'mended'}, ${EVERY[every]}`, String(losses.length), reasons(losses)];
    }),
  ).join('\n');
}

/** The most frequent first. */
function reasons(losses: readonly Loss[]): string {
  const counts = new Map<string, number>();
  for (const { why } of losses) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([why, count]) => `${count} x ${why}`)
    .join('; ');
}
