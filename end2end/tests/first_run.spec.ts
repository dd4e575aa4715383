import { expect, sample, test } from '../fixtures/test.ts';
import { Around } from '../pages/around_page.ts';
import { NewPipelinePage } from '../pages/new_pipeline_page.ts';
import { NewRunPage } from '../pages/new_run_page.ts';
import { RunPage } from '../pages/run_page.ts';
import { RunsPage } from '../pages/runs_page.ts';

test('alice chooses her namespace, uploads a pipeline, runs it with another parameter, watches it to its end and reads its log; bob sees none of it', async ({ as, name }) => {
  const alice = await as('alice');
  await alice.open('/ns/team-c/pipelines');
  await new Around(alice).choose('team-a');
  await alice.at(/^\/ns\/team-a\//);

  await alice.open('/ns/team-a/pipelines/new');
  const upload = new NewPipelinePage(alice);
  await upload.upload(sample('hello'), name);
  await alice.at(/^\/ns\/team-a\/pipelines\/[0-9a-f-]{36}$/);

  await alice.open('/ns/team-a/runs/new');
  const form = new NewRunPage(alice);
  await form.choosePipeline(name);
  // The default is there as a value, to be changed.
  await expect(form.parameter('recipient')).toHaveValue('world');
  await form.parameter('recipient').fill('harbour');
  await form.nameIt(`${name} run`);
  await form.start();
  await alice.at(/^\/ns\/team-a\/runs\/[0-9a-f-]{36}$/);

  const run = new RunPage(alice);
  await alice.waitFor(run.state('Succeeded'));
  await run.open('say-hello');
  await expect(run.log).toContainText('Hello, harbour.');

  const address = alice.path();
  await alice.open('/ns/team-a/runs');
  await expect(new RunsPage(alice).row(`${name} run`)).toContainText('Succeeded');

  // The second person: by list, by link, and by the address of the namespace.
  const bob = await as('bob');
  await bob.open('/ns/team-b/runs');
  await expect(new RunsPage(bob).heading).toBeVisible();
  await expect(bob.root.getByText(name)).toHaveCount(0);
  for (const path of [address, address.replace('team-a', 'team-b'), '/ns/team-a/runs', '/ns/team-a/pipelines']) {
    await bob.open(path);
    await expect(new Around(bob).refusal).toBeVisible();
    await expect(bob.root.getByText(name)).toHaveCount(0);
    await expect(bob.root.getByText('harbour')).toHaveCount(0);
  }
});
