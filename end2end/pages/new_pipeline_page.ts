import type { Locator } from '@playwright/test';
import type { App } from '../fixtures/app.ts';

export class NewPipelinePage {
  readonly problem: Locator;

  constructor(readonly app: App) {
    this.problem = app.root.getByRole('alert');
  }

  async upload(file: string, name: string): Promise<void> {
    await this.app.root.getByLabel(/^File/).setInputFiles(file);
    await this.app.root.getByRole('textbox', { name: /^Name/ }).fill(name);
    await this.app.root.getByRole('button', { name: /^Upload/ }).click();
  }
}
