import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app.ts';

export class RunsPage {
  readonly heading: Locator;

  constructor(readonly app: App) {
    this.heading = app.root.getByRole('heading', { name: 'Runs', exact: true }).first();
  }

  row(name: string): Locator {
    return this.app.root.getByRole('row').filter({ hasText: name });
  }
}
