import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app.ts';

export class NewRunPage {
  readonly startButton: Locator;

  constructor(readonly app: App) {
    this.startButton = app.root.getByRole('button', { name: /^start run/i });
  }

  async choosePipeline(name: string): Promise<void> {
    await this.app.root.getByLabel('Pipeline', { exact: true }).selectOption({ label: name });
  }

  parameter(name: string): Locator {
    return this.app.root.getByLabel(name, { exact: true });
  }

  async nameIt(name: string): Promise<void> {
    await this.app.root.getByLabel('Name', { exact: true }).fill(name);
  }

  async start(): Promise<void> {
    await this.startButton.click();
  }
}
