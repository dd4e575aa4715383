import { expect, sample, test } from '../fixtures/test.ts';
import { NewRunPage } from '../pages/new_run_page.ts';
import { RunPage } from '../pages/run_page.ts';
import { RunsPage } from '../pages/runs_page.ts';

test('a run is watched to its end without a reload: the list, the graph and the log follow by themselves', async ({ as, server, door, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('gates'));

  const list = await as('alice');
  await list.open('/ns/team-a/runs');
  const id = await server.run('alice', experiment, name, pipeline, { door: door.url, name: 'ship' });
  const row = new RunsPage(list).row(name);
  await expect(row, 'a new run appears in an open list').toBeVisible();
  await expect(row).toContainText('Running');

  const watcher = await as('alice');
  await watcher.open(`/ns/team-a/runs/${id}`);
  await watcher.page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  const run = new RunPage(watcher);
  await expect(run.state('Running')).toBeVisible();
  await run.open('wait');
  await expect(run.log).toContainText('ship waits');
  await expect(run.log).not.toContainText('ship goes on');

  door.openGate();
  await expect(run.log).toContainText('ship goes on', { timeout: 30_000 });
  await expect(run.state('Succeeded')).toBeVisible({ timeout: 30_000 });
  await expect(row).toContainText('Succeeded');
  expect(await watcher.page.evaluate(() => 'neverReloaded' in window)).toBe(true);
});

test('a run is stopped from its page', async ({ as, server, door, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('gates'));
  const id = await server.run('alice', experiment, name, pipeline, { door: door.url, name: 'ship' });
  const alice = await as('alice');
  await alice.open(`/ns/team-a/runs/${id}`);
  const run = new RunPage(alice);
  await expect(run.state('Running')).toBeVisible();
  await run.stop();
  await expect(run.state('Cancelled')).toBeVisible({ timeout: 30_000 });
  expect(await server.ended('alice', id)).toBe('FAILED');
});

test('news of one namespace do not reach a page of another', async ({ as, server, name }) => {
  const bob = await as('bob');
  await bob.open('/ns/team-b/runs');
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  await server.ended('alice', await server.run('alice', experiment, `${name} of alice`, pipeline));
  const own = await server.experiment('bob', 'team-b', name);
  const ownPipeline = await server.pipeline('bob', 'team-b', name, sample('hello'));
  await server.run('bob', own, `${name} of bob`, ownPipeline);
  await expect(new RunsPage(bob).row(`${name} of bob`)).toBeVisible();
  await expect(bob.root.getByText(`${name} of alice`)).toHaveCount(0);
});

test('a run starts from the keyboard, from any field of its form', async ({ as, server, name }) => {
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  const alice = await as('alice');
  await alice.open(`/ns/team-a/runs/new?pipeline=${pipeline}`);
  const form = new NewRunPage(alice);
  await form.nameIt(`${name} by key`);
  await form.startByKey();
  await alice.at(/^\/ns\/team-a\/runs\/[0-9a-f-]{36}$/);
  await expect(alice.root.getByRole('heading', { name: `${name} by key` })).toBeVisible();
});
