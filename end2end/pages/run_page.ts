import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app.ts';

export class RunPage {
  readonly log: Locator;
  /** The step that is looked at. */
  readonly step: Locator;
  readonly terminate: Locator;

  constructor(readonly app: App) {
    this.log = app.root.getByRole('log');
    this.step = app.root.getByRole('region', { name: 'Chosen step' });
    this.terminate = app.root.getByRole('button', { name: 'Terminate', exact: true });
  }

  /** The run's own state, among the facts below its name. */
  state(word: string): Locator {
    return this.app.root.locator('.facts').getByText(word, { exact: true });
  }

  /** Chooses a step in the graph. */
  async open(step: string): Promise<void> {
    await this.app.root.getByRole('region', { name: 'Steps' }).locator('a').filter({ hasText: step }).first().click();
    await this.step.getByRole('heading', { name: step, exact: true }).waitFor();
  }

  async stop(): Promise<void> {
    await this.terminate.click();
    await this.app.root.getByRole('dialog').getByRole('button', { name: 'Terminate run' }).click();
  }
}
