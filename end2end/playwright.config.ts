import { defineConfig, devices } from '@playwright/test';
import { existsSync } from 'node:fs';

const CHROMIUM = process.env.MOORING_CHROMIUM ?? (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined);

// The journeys are told three times: by a browser that hydrates, by one without script, and inside the dashboard's
// frame. *.hydrated.spec.ts needs script; *.iframe.spec.ts is about the dashboard.
// MOORING_BIN and MOORING_SITE name the program and the site under test; fixtures/ start one server for each worker.
export default defineConfig<{ embedded: boolean }>({
  testDir: './tests',
  outputDir: './test-results',
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  retries: 0,
  workers: process.env.CI ? 2 : undefined,
  // A run of several steps on a busy machine of two cores is what takes long.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: process.env.CI ? [['line'], ['html', { open: 'never' }]] : [['list']],
  use: {
    ...devices['Desktop Chrome'],
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'hydrated', testIgnore: /\.iframe\.spec\.ts$/ },
    { name: 'without-script', use: { javaScriptEnabled: false }, testIgnore: /\.(hydrated|iframe)\.spec\.ts$/ },
    { name: 'inside-iframe', use: { embedded: true }, testIgnore: /\.alone\.|appearance/ },
  ],
});
