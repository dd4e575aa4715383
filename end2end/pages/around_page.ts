import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app.ts';

/** What stands around every page: the namespace, the person, the way out, and the page that says no. */
export class Around {
  readonly person: Locator;
  /** The heading of a page that one may not see or that is not there, and what is said below it. */
  readonly refusal: Locator;

  constructor(readonly app: App) {
    this.person = app.root.getByText('alice').first();
    this.refusal = app.root.getByRole('main');
  }

  async choose(namespace: string): Promise<void> {
    throw new Error(`not written: ${namespace}`);
  }

  async offered(): Promise<string[]> {
    throw new Error('not written');
  }

  async signOut(): Promise<void> {
    throw new Error('not written');
  }
}
