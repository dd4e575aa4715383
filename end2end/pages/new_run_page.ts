import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app.ts';

export class NewRunPage {
  readonly startButton: Locator;
  readonly problem: Locator;

  constructor(readonly app: App) {
    this.startButton = app.root.getByRole('button', { name: /^Start run in / });
    this.problem = app.root.locator('form').getByRole('alert').filter({ hasText: /\S/ });
  }

  async choosePipeline(name: string): Promise<void> {
    await this.app.root.getByRole('link', { name }).click();
    await this.startButton.waitFor();
    await this.app.ready();
  }

  parameter(name: string): Locator {
    return this.app.root.getByRole('group', { name: 'Parameters' }).getByLabel(new RegExp(`^${name}`));
  }

  async nameIt(name: string): Promise<void> {
    await this.app.root.getByLabel('Run name').fill(name);
  }

  async start(): Promise<void> {
    await this.startButton.click();
  }

  async startByKey(): Promise<void> {
    await this.app.root.getByLabel('Run name').press('Control+Enter');
  }
}
