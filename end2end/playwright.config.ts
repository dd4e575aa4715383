import { defineConfig, devices } from '@playwright/test';

// The journeys are told three times: by a browser that hydrates, by one without script, and inside the dashboard's
// iframe. A spec named *.hydrated.spec.ts needs script and is not told to the second.
// MOORING_BIN and MOORING_SITE name the program and the site under test; fixtures/ start one server for each worker.
export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  retries: 0,
  workers: process.env.CI ? 2 : undefined,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: process.env.CI ? [['line'], ['html', { open: 'never' }]] : [['list']],
  use: {
    ...devices['Desktop Chrome'],
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.MOORING_CHROMIUM,
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
    { name: 'hydrated' },
    { name: 'without-script', use: { javaScriptEnabled: false }, testIgnore: /\.hydrated\.spec\.ts$/ },
    { name: 'inside-iframe', testMatch: /\.(iframe|hydrated)\.spec\.ts$|inside_iframe/ },
  ],
});
