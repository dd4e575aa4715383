import { expect, sample, test } from '../fixtures/test.ts';
import { RunPage } from '../pages/run_page.ts';
import { RunsPage } from '../pages/runs_page.ts';

test('why did it fail? from the list, one click shows the failed step, its reason and its log', async ({ as, server, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('failing'));
  const id = await server.run('alice', experiment, name, pipeline, { code: '4711' });
  expect(await server.ended('alice', id)).toBe('FAILED');

  const alice = await as('alice');
  await alice.open('/ns/team-a/runs');
  const runs = new RunsPage(alice);
  await expect(runs.row(name)).toContainText('Failed');
  await runs.follow(name);
  await alice.at(new RegExp(`/runs/${id}$`));
  const run = new RunPage(alice);
  await expect(run.state('Failed')).toBeVisible();
  await expect(run.step).toContainText('open-vault');
  await expect(run.log).toContainText('the code 4711 does not open the vault');
});
