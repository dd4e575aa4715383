import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app.ts';

/** The boxes of a list of runs and what can be done to the ticked ones. */
export class TickedRuns {
  readonly bar: Locator;

  constructor(readonly app: App) {
    this.bar = app.root.getByRole('group', { name: 'Ticked runs' });
  }

  async tick(name: string): Promise<void> {
    await this.app.root.getByRole('checkbox', { name: `Tick ${name}`, exact: true }).check();
  }

  async compare(): Promise<void> {
    const role = this.app.scripted ? 'link' : 'button';
    await this.bar.getByRole(role, { name: 'Compare' }).click();
  }

  async press(word: string): Promise<void> {
    await this.bar.getByRole('button', { name: word, exact: true }).click();
  }

  /** Answers the question that a button asked. */
  async confirm(word: string): Promise<void> {
    await this.app.root.getByRole('dialog').getByRole('button', { name: word, exact: true }).click();
  }
}
