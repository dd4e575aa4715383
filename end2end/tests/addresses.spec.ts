import { expect, sample, test } from '../fixtures/test.ts';
import { Around } from '../pages/around_page.ts';
import { RunPage } from '../pages/run_page.ts';
import { RunsPage } from '../pages/runs_page.ts';

test('an address leads to its page, and reloading stays there', async ({ as, server, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  const id = await server.run('alice', experiment, name, pipeline);
  await server.ended('alice', id);
  const alice = await as('alice');
  for (const [path, shown] of [
    [`/ns/team-a/runs/${id}`, name],
    [`/ns/team-a/experiments/${experiment}`, name],
    [`/ns/team-a/pipelines/${pipeline}`, name],
    ['/ns/team-a/experiments', name],
    ['/ns/team-a/pipelines', name],
    ['/ns/team-a/runs', name],
  ] as const) {
    await alice.open(path);
    await expect(alice.root.getByText(shown).first(), path).toBeVisible();
    if (!alice.embedded) {
      await alice.reload();
      await expect(alice.root.getByText(shown).first(), path).toBeVisible();
      expect(alice.path()).toBe(path);
    }
  }
});

test('from the list to a run and back, with the browser’s own buttons', async ({ as, server, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  const id = await server.run('alice', experiment, name, pipeline);
  await server.ended('alice', id);
  const alice = await as('alice');
  await alice.open('/ns/team-a/runs');
  await new RunsPage(alice).follow(name);
  await alice.at(new RegExp(`/runs/${id}$`));
  await expect(new RunPage(alice).state('Succeeded')).toBeVisible();
  await alice.page.goBack();
  await alice.at(/\/ns\/team-a\/runs$/);
  await expect(new RunsPage(alice).row(name)).toBeVisible();
});

test('only one’s own namespaces are offered, and the choice keeps the place', async ({ as }) => {
  const alice = await as('alice');
  await alice.open('/ns/team-a/experiments');
  const around = new Around(alice);
  if (!alice.embedded) {
    expect(await around.offered()).toEqual(['team-a', 'team-c']);
    await around.choose('team-c');
    await alice.at(/^\/ns\/team-c\/experiments$/);
  }
  await expect(alice.root.locator('body')).not.toContainText('team-b');
});

test('the empty list of recurring runs says what would be there', async ({ as }) => {
  const alice = await as('alice');
  await alice.open('/ns/team-c/recurring-runs');
  await expect(alice.root.getByRole('heading', { name: /recurring runs/i }).first()).toBeVisible();
});

test('an address that is no page says so, with the status', async ({ as }) => {
  const alice = await as('alice');
  await alice.open('/ns/team-a/kitchen');
  await expect(new Around(alice).refusal).toBeVisible();
  const answer = await alice.page.request.get(`${alice.origin}/ns/team-a/kitchen`);
  expect(answer.status()).toBe(404);
});
