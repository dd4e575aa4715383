import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app.ts';

/** What stands around every page: the namespace, the person, the colours, the way out, and the page that says no. */
export class Around {
  readonly person: Locator;
  /** What is said instead of a page that one may not see or that is not there. */
  readonly refusal: Locator;
  readonly colours: Locator;

  constructor(readonly app: App) {
    this.person = app.root.getByRole('banner').locator('.person .name');
    this.refusal = app.root.getByRole('main').locator('.notice');
    this.colours = app.root.getByRole('button', { name: /^Colours/ });
  }

  get #switcher(): Locator {
    return this.app.root.getByRole('button', { name: 'Switch namespace' });
  }

  /** In the app's own switcher, or in the dashboard's. */
  async choose(namespace: string): Promise<void> {
    if (this.app.embedded) {
      await this.app.page.getByLabel('Namespace', { exact: true }).first().selectOption(namespace);
      return;
    }
    await this.#switcher.click();
    await this.app.root.locator('#namespaces').getByRole('link', { name: namespace }).click();
  }

  /** The namespaces that the app's own switcher offers. */
  async offered(): Promise<string[]> {
    await this.#switcher.click();
    const names = await this.app.root.locator('#namespaces .namespace').allTextContents();
    await this.app.page.keyboard.press('Escape');
    return names.sort();
  }

  async signOut(): Promise<void> {
    await this.app.root.getByRole('button', { name: 'Sign out' }).click();
  }
}
