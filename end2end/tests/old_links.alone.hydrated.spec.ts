import { expect, sample, test } from '../fixtures/test.ts';
import { RunPage } from '../pages/run_page.ts';
import { RunsPage } from '../pages/runs_page.ts';

test('links of the SDK, of stock menus and of old bookmarks still lead to their pages', async ({ as, server, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  const run = await server.run('alice', experiment, name, pipeline);
  await server.ended('alice', run);
  const alice = await as('alice');
  for (const [hash, path] of [
    [`/#/runs/details/${run}`, `/ns/team-a/runs/${run}`],
    [`/#/experiments/details/${experiment}`, `/ns/team-a/experiments/${experiment}`],
    [`/pipeline/#/pipelines/details/${pipeline}`, `/pipeline/ns/team-a/pipelines/${pipeline}`],
  ] as const) {
    await alice.page.goto('about:blank');
    await alice.page.goto(`${server.url}${hash}`);
    await expect.poll(() => new URL(alice.page.url()).pathname).toBe(path);
    await expect(alice.root.getByText(name).first()).toBeVisible();
  }
  await alice.page.goto('about:blank');
  await alice.page.goto(`${server.url}/?ns=team-c#/runs`);
  await expect.poll(() => new URL(alice.page.url()).pathname).toBe('/ns/team-c/runs');
});

test('the same pages stand below /pipeline', async ({ as, server, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  const id = await server.run('alice', experiment, name, pipeline);
  await server.ended('alice', id);
  const alice = await as('alice');
  await alice.page.goto(`${server.url}/pipeline/ns/team-a/runs`);
  await alice.ready();
  await new RunsPage(alice).follow(name);
  await expect.poll(() => new URL(alice.page.url()).pathname).toBe(`/pipeline/ns/team-a/runs/${id}`);
  await expect(new RunPage(alice).state('Succeeded')).toBeVisible();
});
