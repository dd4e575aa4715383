import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app.ts';
import { passwordOf } from '../fixtures/mooring.mjs';

export class SignInPage {
  readonly user: Locator;
  readonly password: Locator;
  readonly problem: Locator;

  constructor(readonly app: App) {
    this.user = app.root.getByLabel('Account');
    this.password = app.root.getByLabel('Password');
    this.problem = app.root.getByRole('alert');
  }

  async fill(user: string, password: string): Promise<void> {
    await this.user.fill(user);
    await this.password.fill(password);
    await this.app.root.getByRole('button', { name: 'Sign in' }).click();
  }

  /** All the way, to the first page. */
  async signIn(person: string): Promise<void> {
    await this.app.open('/sign-in');
    await this.fill(person, passwordOf(person));
    await this.app.at(/^(?!\/sign-in)/);
  }
}
