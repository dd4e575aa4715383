import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app.ts';

export class RunPage {
  readonly log: Locator;
  /** The step that is looked at. */
  readonly step: Locator;

  constructor(readonly app: App) {
    this.log = app.root.getByRole('log');
    this.step = app.root.getByRole('complementary');
  }

  /** The run's own state, beside its name. */
  state(word: string): Locator {
    return this.app.root.getByRole('banner').getByText(word, { exact: true });
  }

  async open(step: string): Promise<void> {
    await this.app.root.getByRole('link', { name: step }).first().click();
  }

  async stop(): Promise<void> {
    await this.app.root.getByRole('button', { name: /stop|terminate/i }).click();
  }
}
