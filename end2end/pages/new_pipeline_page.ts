import type { App } from '../fixtures/app.ts';

export class NewPipelinePage {
  constructor(readonly app: App) {}

  async upload(file: string, name: string): Promise<void> {
    await this.app.root.getByLabel(/file/i).setInputFiles(file);
    await this.app.root.getByLabel('Name', { exact: true }).fill(name);
    await this.app.root.getByRole('button', { name: /upload/i }).click();
  }
}
