import { expect, sample, test } from '../fixtures/test.ts';
import { Around } from '../pages/around_page.ts';
import { RunsPage } from '../pages/runs_page.ts';

test('inside the dashboard the app says hello, takes its namespace from there, and has no rail of its own', async ({ as }) => {
  const alice = await as('alice');
  await alice.page.goto(`${alice.origin}/_/pipeline/?ns=team-c`);
  await alice.at(/^\/ns\/team-c\/(runs|start)$/);
  const heard = await alice.page.evaluate(() => (window as any).heard);
  expect(heard[0]).toEqual({ origin: alice.origin, data: { type: 'iframe-connected' }, fromApp: true });
  await expect(alice.root.getByText('team-c').first()).toBeVisible();
  await expect(alice.root.getByRole('button', { name: /sign out/i })).toHaveCount(0);
});

test('the dashboard’s choice of a namespace changes the app’s, and a page of the old one is left', async ({ as, server, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  const id = await server.run('alice', experiment, name, pipeline);
  const alice = await as('alice');
  await alice.open(`/ns/team-a/runs/${id}`);
  await new Around(alice).choose('team-c');
  await alice.at(/^\/ns\/team-c\/runs$/);
  await expect(alice.root.getByText(name)).toHaveCount(0);
});

test('a namespace of somebody else, said by the dashboard, is refused by the server', async ({ as, server, name }) => {
  const experiment = await server.experiment('bob', 'team-b', name);
  const pipeline = await server.pipeline('bob', 'team-b', name, sample('hello'));
  await server.run('bob', experiment, name, pipeline);
  const alice = await as('alice');
  await alice.open('/ns/team-a/runs');
  await new Around(alice).choose('team-b');
  await alice.at(/^\/ns\/team-b\/runs$/);
  await expect(new Around(alice).refusal).toContainText('team-b');
  await expect(alice.root.getByText(name)).toHaveCount(0);
});

test('the dashboard’s address follows the app', async ({ as, server, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  const id = await server.run('alice', experiment, name, pipeline);
  await server.ended('alice', id);
  const alice = await as('alice');
  await alice.open('/ns/team-a/runs');
  await new RunsPage(alice).follow(name);
  await alice.at(new RegExp(`/runs/${id}$`));
  await expect.poll(() => new URL(alice.page.url()).pathname).toBe(`/_/pipeline/ns/team-a/runs/${id}`);
  expect(new URL(alice.page.url()).searchParams.get('ns')).toBe('team-a');
});

test('a stock menu link with a hash route leads to its page', async ({ as }) => {
  const alice = await as('alice');
  await alice.page.goto(`${alice.origin}/_/pipeline/?ns=team-a#/experiments`);
  await alice.at(/^\/ns\/team-a\/experiments$/);
});

test('a message that is not the dashboard’s own does not switch the namespace', async ({ as }) => {
  const alice = await as('alice');
  await alice.open('/ns/team-a/runs');
  const inner = alice.page.frames().find((frame) => frame.parentFrame())!;
  // Same origin, wrong window: as a frame within the app would send it.
  await inner.evaluate(
    () =>
      new Promise<void>((heard) => {
        addEventListener('message', (event) => event.data?.value === 'team-c' && heard());
        postMessage({ type: 'namespace-selected', value: 'team-c' }, location.origin);
      }),
  );
  await expect(new RunsPage(alice).heading).toBeVisible();
  expect(alice.path()).toBe('/ns/team-a/runs');
  // The control: the dashboard's own word counts.
  await new Around(alice).choose('team-c');
  await alice.at(/^\/ns\/team-c\/runs$/);
});

test('only the own origin may frame the app', async ({ as, server }) => {
  const alice = await as('alice');
  const answer = await alice.page.request.get(`${alice.origin}/pipeline/ns/team-a/runs`);
  expect(answer.headers()['content-security-policy']).toContain("frame-ancestors 'self'");
  expect(answer.headers()['x-frame-options'] ?? '').not.toMatch(/deny/i);
});
