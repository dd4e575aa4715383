import { expect, test } from '../fixtures/test.ts';
import { Mooring, passwordOf } from '../fixtures/mooring.mjs';
import { Around } from '../pages/around_page.ts';
import { RunPage } from '../pages/run_page.ts';
import { SignInPage } from '../pages/sign_in_page.ts';

test('the link that the server prints at its first start signs its reader in, once, and the first minute is a sample that runs', async ({ stranger }) => {
  const server = await Mooring.fresh({ USER: 'nora' });
  await server.serve();
  try {
    const link = /https?:\/\/\S+\/sign-in\?link=\S+/.exec(await server.said())?.[0];
    expect(link, await server.said()).toBeTruthy();
    const app = await stranger();
    await app.page.goto(link!);
    await app.ready();
    await expect(new Around(app).person).toHaveText('nora');
    await app.root.getByRole('button', { name: /^Run in/ }).first().click();
    await app.at(/\/runs\/[0-9a-f-]{36}$/);
    await app.waitFor(new RunPage(app).state('Succeeded'));

    const second = await stranger();
    await second.page.goto(link!);
    await second.ready();
    await expect(new SignInPage(second).user).toBeVisible();
    await expect(new SignInPage(second).problem).toContainText(/used/);
  } finally {
    await server.stop();
  }
});

test('a password opens, and a wrong one says so', async ({ stranger }) => {
  const app = await stranger();
  const page = new SignInPage(app);
  await app.open('/sign-in');
  await page.fill('alice', 'not it');
  await expect(page.problem).toBeVisible();
  await expect(page.user).toBeVisible();
  await page.fill('alice', passwordOf('alice'));
  await app.at(/^\/ns\/|^\/namespaces$/);
  await expect(new Around(app).person).toContainText('alice');
});

test('nobody sees a page: they sign in and come out where they wanted to go', async ({ stranger }) => {
  const app = await stranger();
  await app.open('/ns/team-a/experiments');
  await expect(new SignInPage(app).user).toBeVisible();
  await new SignInPage(app).fill('alice', passwordOf('alice'));
  await app.at(/^\/ns\/team-a\/experiments$/);
});

test('an address of elsewhere is not gone to after signing in', async ({ server, stranger }) => {
  const app = await stranger();
  await app.open('/sign-in?next=https%3A%2F%2Fexample.com%2F');
  await new SignInPage(app).fill('alice', passwordOf('alice'));
  await app.at(/^\/ns\/|^\/namespaces$/);
  expect(app.page.url().startsWith(server.url)).toBe(true);
});

test('who signs out is out, with the back button too', async ({ as }) => {
  const app = await as('alice');
  await app.open('/ns/team-a/runs');
  await new Around(app).signOut();
  await expect(new SignInPage(app).user).toBeVisible();
  await app.open('/ns/team-a/runs');
  await expect(new SignInPage(app).user).toBeVisible();
});
