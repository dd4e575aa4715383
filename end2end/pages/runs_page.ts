import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app.ts';

export class RunsPage {
  readonly heading: Locator;
  readonly newRun: Locator;

  constructor(readonly app: App) {
    this.heading = app.root.getByRole('heading', { name: 'Runs', exact: true });
    this.newRun = app.root.getByRole('link', { name: /^New run/ });
  }

  row(name: string): Locator {
    return this.app.root.getByRole('row').filter({ has: this.app.root.getByRole('link', { name, exact: true }) });
  }

  /** To the run's page. */
  async follow(name: string): Promise<void> {
    await this.row(name).getByRole('link', { name, exact: true }).first().click();
  }
}
