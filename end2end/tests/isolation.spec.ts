import { expect, sample, test } from '../fixtures/test.ts';
import { Around } from '../pages/around_page.ts';
import { NewRunPage } from '../pages/new_run_page.ts';
import { RunPage } from '../pages/run_page.ts';
import { RunsPage } from '../pages/runs_page.ts';

for (const person of ['bob', 'mallory'] as const) {
  test(`${person} sees nothing of team-a, by list, by link or by guessing`, async ({ as, server, name }) => {
    const experiment = await server.experiment('alice', 'team-a', `${name} experiment`);
    const pipeline = await server.pipeline('alice', 'team-a', `${name} pipeline`, sample('hello'));
    const run = await server.run('alice', experiment, `${name} run`, pipeline, { recipient: `${name} secret` });
    await server.ended('alice', run);

    const app = await as(person);
    for (const path of [
      '/', '/namespaces', '/runs', `/runs/${run}`, `/experiments/${experiment}`, `/pipelines/${pipeline}`,
      '/ns/team-a/runs', '/ns/team-a/experiments', '/ns/team-a/pipelines', '/ns/team-a/recurring-runs', '/ns/team-a/runs/new', '/ns/team-a/start',
      `/ns/team-a/runs/${run}`, `/ns/team-a/experiments/${experiment}`, `/ns/team-a/pipelines/${pipeline}`,
      `/ns/team-b/runs/${run}`, `/ns/team-b/experiments/${experiment}`, `/ns/team-b/pipelines/${pipeline}`,
      `/ns/team-b/runs`, `/ns/team-b/pipelines`, `/ns/team-b/experiments`,
    ]) {
      const answer = await app.page.request.get(`${app.origin}${app.embedded ? '/pipeline' : ''}${path}`);
      const html = await answer.text();
      expect(html, path).not.toContain(name);
      if (path.startsWith('/ns/team-a/') || [run, experiment, pipeline].some((id) => path.includes(id))) {
        expect([403, 404], `${path} ${answer.status()}`).toContain(answer.status());
      }
    }
    await app.open(`/ns/team-a/runs/${run}`);
    await expect(new Around(app).refusal).toBeVisible();
    await expect(app.root.getByText(name)).toHaveCount(0);
    // The page says which namespace it is about and never looks broken.
    await expect(new Around(app).refusal).toContainText('team-a');
  });
}

test('the live streams and the logs of team-a are closed to bob', async ({ as, server, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  const run = await server.run('alice', experiment, name, pipeline, { recipient: name });
  await server.ended('alice', run);
  const { run_details } = await server.api('alice', 'GET', `runs/${run}`);
  const task = run_details.task_details.find((task: { display_name: string }) => task.display_name === 'say-hello');

  const bob = await as('bob');
  const alice = await as('alice');
  const prefix = (app: typeof bob) => `${app.origin}${app.embedded ? '/pipeline' : ''}`;
  for (const path of [`/events?namespace=team-a`, `/logs/${run}/${task.task_id}`, `/logs/${run}/${task.task_id}/text`]) {
    const answer = await bob.page.request.get(`${prefix(bob)}${path}`);
    expect([403, 404], path).toContain(answer.status());
    expect(await answer.text()).not.toContain(name);
  }
  // The control: to alice it is open.
  const log = await alice.page.request.get(`${prefix(alice)}/logs/${run}/${task.task_id}`);
  expect(log.status()).toBe(200);
  expect(await log.text()).toContain(name);
});

test('vera, who may look, sees everything and is offered nothing that she may not do', async ({ as, server, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  const run = await server.run('alice', experiment, name, pipeline, { recipient: name });
  await server.ended('alice', run);
  const vera = await as('vera');
  await vera.open('/ns/team-a/runs');
  const runs = new RunsPage(vera);
  await expect(runs.row(name)).toBeVisible();
  await expect(runs.newRun).toHaveCount(0);
  await vera.open(`/ns/team-a/runs/${run}`);
  const page = new RunPage(vera);
  await page.open('say-hello');
  await expect(page.log).toContainText(`Hello, ${name}.`);
  for (const word of ['Terminate', 'Archive', 'Delete']) {
    await expect(vera.root.getByRole('button', { name: word })).toHaveCount(0);
  }
  // Should she find a form all the same, the server says no, in words.
  await vera.open(`/ns/team-a/runs/new?pipeline=${pipeline}`);
  const form = new NewRunPage(vera);
  if (await form.startButton.count()) {
    await form.nameIt(`${name} of vera`);
    await form.start();
    await expect(form.problem).toBeVisible();
  }
  const { runs: all } = await server.api('alice', 'GET', `runs?experiment_id=${experiment}`);
  expect(all).toHaveLength(1);
});
