import { expect, sample, test } from '../fixtures/test.ts';

test('rows, places and commands by the keyboard alone', async ({ as, server, name }) => {
  const experiment = await server.experiment('alice', 'team-a', name);
  const pipeline = await server.pipeline('alice', 'team-a', name, sample('hello'));
  const id = await server.run('alice', experiment, name, pipeline);
  await server.ended('alice', id);
  const alice = await as('alice');
  const { keyboard } = alice.page;

  await alice.open(`/ns/team-a/experiments/${experiment}`);
  await keyboard.press('j');
  await expect(alice.root.getByRole('link', { name, exact: true })).toBeFocused();
  await keyboard.press('x');
  await expect(alice.root.getByRole('checkbox', { name: `Tick ${name}` })).toBeChecked();
  await keyboard.press('Enter');
  await alice.at(new RegExp(`^/ns/team-a/runs/${id}$`));

  await keyboard.press('g');
  await keyboard.press('p');
  await alice.at(/^\/ns\/team-a\/pipelines$/);
  await keyboard.press('/');
  await expect(alice.root.getByRole('searchbox')).toBeFocused();
  await keyboard.type('gr');
  await expect(alice.root.getByRole('searchbox')).toHaveValue('gr');

  await keyboard.press('Control+k');
  const palette = alice.root.getByRole('dialog', { name: 'Commands' });
  await expect(palette.getByRole('combobox')).toBeFocused();
  await keyboard.type('switch team-c');
  await expect(palette.getByRole('option')).toHaveCount(1);
  await keyboard.press('Enter');
  await alice.at(/^\/ns\/team-c\/runs$/);
  await expect(palette).toBeHidden();

  await keyboard.press('?');
  await expect(alice.root.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await keyboard.press('Escape');
  await expect(alice.root.getByRole('dialog', { name: 'Keys' })).toBeHidden();
});
