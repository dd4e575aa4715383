import { expect, sample, test } from '../fixtures/test.ts';
import { RunsPage } from '../pages/runs_page.ts';
import { TickedRuns } from '../pages/ticked_runs.ts';

test('two runs side by side: what differs is in sight, what is equal is folded away', async ({ as, server, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  const first = await server.run('alice', experiment, `${name} first`, pipeline, { recipient: 'harbour' });
  const second = await server.run('alice', experiment, `${name} second`, pipeline, { recipient: 'pier' });
  await server.ended('alice', first);
  await server.ended('alice', second);

  const alice = await as('alice');
  await alice.open('/ns/team-a/runs');
  const ticked = new TickedRuns(alice);
  await ticked.tick(`${name} first`);
  await ticked.tick(`${name} second`);
  await ticked.compare();
  await alice.at(/^\/ns\/team-a\/runs\/compare$/);
  await expect(alice.root.getByRole('columnheader', { name: `${name} first` })).toBeVisible();
  const line = alice.root.getByRole('row', { name: /^recipient/ });
  await expect(line).toContainText('harbour');
  await expect(line).toContainText('pier');

  // The address alone leads there too, and shows nothing to somebody else.
  const bob = await as('bob');
  await bob.open(`/ns/team-a/runs/compare?runs=${first},${second}`);
  await expect(bob.root.getByText('harbour')).toHaveCount(0);
  await bob.open(`/ns/team-b/runs/compare?runs=${first},${second}`);
  await expect(bob.root.getByText('harbour')).toHaveCount(0);
});

test('ticked runs are archived together, and deleted from there after a question', async ({ as, server, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  const names = [`${name} one`, `${name} two`];
  for (const each of names) await server.ended('alice', await server.run('alice', experiment, each, pipeline));

  const alice = await as('alice');
  await alice.open('/ns/team-a/runs');
  const list = new RunsPage(alice);
  const ticked = new TickedRuns(alice);
  for (const each of names) await ticked.tick(each);
  await ticked.press('Archive');
  for (const each of names) await expect(list.row(each)).toHaveCount(0);

  await alice.open('/ns/team-a/runs/archived');
  for (const each of names) await ticked.tick(each);
  await ticked.press('Delete');
  await ticked.confirm('Delete');
  for (const each of names) await expect(list.row(each)).toHaveCount(0);
});
