import { expect, test } from '../fixtures/test.ts';

test('a personal token is made, shown once, good for the API, and revoked', async ({ as, server, name }) => {
  const alice = await as('alice');
  await alice.open('/account');
  const main = alice.root.getByRole('main');
  await main.getByRole('textbox', { name: /^Name / }).fill(name);
  await main.getByRole('button', { name: 'Make a token' }).click();
  const snippet = main.locator('[data-token]');
  await expect(snippet).toContainText('existing_token="mrg_');
  const token = /existing_token="(mrg_[^"]+)"/.exec(await snippet.innerText())![1];
  const ask = () =>
    fetch(`${server.url}/apis/v2beta1/runs?namespace=team-a`, { headers: { authorization: `Bearer ${token}` } });
  expect((await ask()).status).toBe(200);
  // Nowhere but on that one page, that one time.
  expect(alice.page.url()).not.toContain(token);
  await alice.open('/account');
  await expect(main.getByRole('row', { name })).toContainText('good');
  await expect(main).not.toContainText('mrg_');

  await main.getByRole('row', { name }).getByRole('button', { name: 'Revoke' }).first().click();
  await main.locator('[popover]:popover-open').getByRole('button', { name: 'Revoke' }).click();
  await expect(main.getByRole('row', { name })).toContainText('revoked');
  expect((await ask()).status).toBe(401);
});

test('members, secrets and the audit are for those who may see them', async ({ as, name }) => {
  const alice = await as('alice');
  await alice.open('/ns/team-a/members');
  const main = alice.root.getByRole('main');
  await main.getByRole('textbox', { name: /^User / }).fill(name);
  await main.getByRole('button', { name: /^Let them into/ }).click();
  await expect(main.getByRole('row', { name })).toContainText('view');
  await alice.open('/ns/team-a/audit');
  await expect(main.getByRole('row', { name: /share profiles/ }).first()).toContainText('alice');
  await alice.open('/ns/team-a/members');
  await main.getByRole('button', { name: `Take out ${name}` }).click();
  await main.locator('[popover]:popover-open').getByRole('button', { name: 'Take out' }).click();
  await expect(main.getByRole('row', { name })).toHaveCount(0);

  const vera = await as('vera');
  await vera.open('/ns/team-a/audit');
  await expect(vera.root.getByRole('main').locator('.notice')).toBeVisible();
  await vera.open('/ns/team-a/members');
  await expect(vera.root.getByRole('main').getByRole('button', { name: /Take out/ })).toHaveCount(0);
});
