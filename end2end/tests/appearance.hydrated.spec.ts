import AxeBuilder from '@axe-core/playwright';
import { expect, sample, test } from '../fixtures/test.ts';
import { Around } from '../pages/around_page.ts';
import type { Mooring } from '../fixtures/mooring.mjs';

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

/** A namespace in which something has happened, once for each worker. */
const furnished = new WeakMap<Mooring, Promise<Record<string, string>>>();
async function furnish(server: Mooring): Promise<Record<string, string>> {
  const experiment = await server.experiment('alice', 'team-c', 'Harbour study');
  await server.experiment('alice', 'team-c', 'Tides');
  const hello = await server.pipeline('alice', 'team-c', 'hello', sample('hello'));
  const failing = await server.pipeline('alice', 'team-c', 'vault', sample('failing'));
  const gates = await server.pipeline('alice', 'team-c', 'gates', sample('gates'));
  const good = await server.run('alice', experiment, 'first greeting', hello, { recipient: 'harbour' });
  const bad = await server.run('alice', experiment, 'open the vault', failing);
  await server.ended('alice', good);
  await server.ended('alice', bad);
  const waiting = await server.run('alice', experiment, 'waiting at the gate', gates, { door: 'http://127.0.0.1:1' });
  await server.ended('alice', waiting);
  const nightly = await server.api('alice', 'POST', 'recurringruns', {
    display_name: 'nightly greeting',
    experiment_id: experiment,
    pipeline_version_reference: { pipeline_id: hello },
    max_concurrency: '1',
    mode: 'ENABLE',
    trigger: { cron_schedule: { cron: '0 0 9 * * *' } },
  });
  return { experiment, hello, good, bad, nightly: nightly.recurring_run_id };
}

const PAGES: Record<string, (ids: Record<string, string>) => string> = {
  'sign-in': () => '/sign-in',
  namespaces: () => '/namespaces',
  start: () => '/ns/team-c/start',
  runs: () => '/ns/team-c/runs',
  'runs, empty': () => '/ns/team-a/runs/archived',
  'run, succeeded': ({ good }) => `/ns/team-c/runs/${good}`,
  'run, failed': ({ bad }) => `/ns/team-c/runs/${bad}`,
  'new run': () => '/ns/team-c/runs/new',
  experiments: () => '/ns/team-c/experiments',
  experiment: ({ experiment }) => `/ns/team-c/experiments/${experiment}`,
  'new experiment': () => '/ns/team-c/experiments/new',
  pipelines: () => '/ns/team-c/pipelines',
  pipeline: ({ hello }) => `/ns/team-c/pipelines/${hello}`,
  'new pipeline': () => '/ns/team-c/pipelines/new',
  'recurring runs': () => '/ns/team-c/recurring-runs',
  'recurring runs, empty': () => '/ns/team-a/recurring-runs',
  'recurring run': ({ nightly }) => `/ns/team-c/recurring-runs/${nightly}`,
  'new recurring run': ({ hello }) => `/ns/team-c/recurring-runs/new?pipeline=${hello}`,
  'compare runs': ({ good, bad }) => `/ns/team-c/runs/compare?runs=${good},${bad}`,
  account: () => '/account',
  members: () => '/ns/team-c/members',
  secrets: () => '/ns/team-c/secrets',
  audit: () => '/ns/team-c/audit',
  'not allowed': () => '/ns/team-b/runs',
  'not there': () => '/ns/team-c/kitchen',
};

for (const [title, address] of Object.entries(PAGES)) {
  test(`${title}: light and dark, wide and narrow, for every reader`, async ({ as, stranger, server }, info) => {
    test.slow();
    const ids = await (furnished.get(server) ?? furnished.set(server, furnish(server)).get(server)!);
    const app = title === 'sign-in' ? await stranger() : await as('alice');
    const errors: string[] = [];
    app.page.on('pageerror', (error) => errors.push(String(error)));
    app.page.on('console', (message) => message.type() === 'error' && !/status of (403|404)/.test(message.text()) && errors.push(message.text()));
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await app.page.setViewportSize(viewport);
        await app.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await app.open(address(ids));
        await app.root.locator('main').first().waitFor();
        const path = info.outputPath(`${title.replace(/\W+/g, '-')}-${size}-${colorScheme}.png`);
        await app.page.screenshot({ path });
        await info.attach(`${title} ${size} ${colorScheme}`, { path, contentType: 'image/png' });
        const { violations } = await new AxeBuilder({ page: app.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
        expect.soft(violations.map(({ id, nodes }) => `${size} ${colorScheme} ${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`)).toEqual([]);
        // Nothing sticks out sideways.
        const overflow = await app.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect.soft(overflow, `${size} ${colorScheme} overflows`).toBeLessThanOrEqual(0);
      }
    }
    expect(errors).toEqual([]);
  });
}

test('the colours follow the system, and a choice of one’s own stays', async ({ as }) => {
  const app = await as('alice');
  await app.page.emulateMedia({ colorScheme: 'light' });
  await app.open('/ns/team-a/runs');
  const background = () => app.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await app.page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(background).not.toBe(light);

  const { colours } = new Around(app);
  await colours.click();
  await expect(colours).toHaveAccessibleName('Colours: light');
  await expect.poll(background).toBe(light);
  await app.reload();
  await expect.poll(background).toBe(light);
});
