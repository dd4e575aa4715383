// What the runs page costs a person: bytes over the wire and requests until the first rows are shown and until the page
// is complete (hydrated, fonts and all), cold and warm, in one Chromium.
//
//     page_weight.mjs [--rounds 5] [--runs 50] [--json FILE]
// @ts-check
import { chromium } from '@playwright/test';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Mooring, passwordOf } from '../fixtures/mooring.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, runs: { type: 'string', default: '50' }, json: { type: 'string' } },
});
const rounds = Number(values.rounds);
const QUIET_MS = 500;

// One step that is a plain command: what the list shows is what counts here.
const SPEC = {
  pipelineInfo: { name: 'nightly-training' },
  schemaVersion: '2.1.0',
  sdkVersion: 'kfp-2.17.3',
  components: { 'comp-say': { executorLabel: 'exec-say' } },
  deploymentSpec: { executors: { 'exec-say': { container: { image: 'alpine', command: ['true'] } } } },
  root: { dag: { tasks: { say: { componentRef: { name: 'comp-say' }, taskInfo: { name: 'say' } } } } },
};

const median = (/** @type {number[]} */ numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Runs inside the page, before anything of it: when the first link to a run is there, and painted. */
function watchForRows() {
  const isRow = (/** @type {Element} */ link) => /\/runs\/[0-9a-f]{8}-/.test(link.getAttribute('href') ?? '');
  const look = () => {
    if ([...document.querySelectorAll('a[href*="/runs/"]')].some(isRow)) {
      requestAnimationFrame(() => setTimeout(() => Object.assign(window, { firstRows: performance.now() })));
      return true;
    }
    return false;
  };
  const observer = new MutationObserver(() => look() && observer.disconnect());
  observer.observe(document, { childList: true, subtree: true });
}

/** @param {import('@playwright/test').Page} page @param {string} url */
async function visit(page, url) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  /** @type {Map<string, { at: number, bytes: number, type: string, url: string, stream: boolean, done: boolean }>} */
  const requests = new Map();
  let last = Date.now();
  const began = Date.now();
  session.on('Network.requestWillBeSent', ({ requestId, request, type }) => {
    if (!request.url.startsWith('http')) return;
    last = Date.now();
    requests.set(requestId, { at: last - began, bytes: 0, type: type ?? '', url: request.url, stream: type === 'EventSource', done: false });
  });
  session.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    const request = requests.get(requestId);
    if (request) request.bytes += encodedDataLength;
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const request = requests.get(requestId);
    last = Date.now();
    if (request) Object.assign(request, { bytes: encodedDataLength, done: true });
  });
  await page.goto(url, { waitUntil: 'load' });
  await page.waitForFunction(() => 'firstRows' in window);
  const firstRows = await page.evaluate(() => /** @type {any} */ (window).firstRows);
  while (Date.now() - last < QUIET_MS || [...requests.values()].some((request) => !request.done && !request.stream)) {
    await new Promise((later) => setTimeout(later, 50));
    if (Date.now() - began > 30_000) break;
  }
  const complete = last - began;
  const all = [...requests.values()];
  const early = await page.evaluate((rows) => {
    const entries = /** @type {PerformanceResourceTiming[]} */ ([...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]);
    const before = entries.filter((entry) => entry.responseEnd > 0 && entry.responseEnd <= rows);
    return { requests: before.length, bytes: before.reduce((sum, entry) => sum + entry.transferSize, 0) };
  }, firstRows);
  await session.detach();
  return {
    firstRows, complete,
    earlyBytes: early.bytes, earlyRequests: early.requests,
    bytes: all.reduce((sum, request) => sum + request.bytes, 0), requests: all.length,
    heaviest: all.toSorted((a, b) => b.bytes - a.bytes).slice(0, 6).map(({ url, bytes }) => `${new URL(url).pathname} ${bytes}`),
  };
}

const server = await Mooring.start();
const browser = await chromium.launch({
  executablePath: process.env.MOORING_CHROMIUM ?? (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const experiment = await server.experiment('alice', 'team-a', 'nightly');
  const ids = [];
  for (let number = 0; number < Number(values.runs); number++) {
    const run = await server.api('alice', 'POST', 'runs', { display_name: `nightly training ${number}`, experiment_id: experiment, pipeline_spec: SPEC });
    ids.push(run.run_id);
  }
  for (const id of ids) await server.ended('alice', id);

  const url = `${server.url}/ns/team-a/runs`;
  /** @type {Record<'cold' | 'warm', Awaited<ReturnType<typeof visit>>[]>} */
  const figures = { cold: [], warm: [] };
  for (let round = 0; round <= rounds; round++) {
    const context = await browser.newContext();
    await context.addInitScript(watchForRows);
    const page = await context.newPage();
    // Sign in without a page of ours, so that nothing is in the cache.
    const form = new URLSearchParams({ user: 'alice', password: passwordOf('alice') });
    await context.request.post(`${server.url}/_fn/sign_in`, { headers: { 'content-type': 'application/x-www-form-urlencoded', origin: server.url, 'sec-fetch-site': 'same-origin' }, data: form.toString(), maxRedirects: 0 });
    const cold = await visit(page, url);
    await page.goto('about:blank');
    const warm = await visit(page, url);
    // The first round warms the server up.
    if (round > 0) {
      figures.cold.push(cold);
      figures.warm.push(warm);
    }
    await context.close();
  }

  console.log(`\nThe runs page with ${values.runs} runs, medians of ${rounds} rounds\n`);
  console.log('| visit | first rows ms | requests until then | bytes until then | complete ms | requests | bytes |');
  console.log('|---|---|---|---|---|---|---|');
  const rows = Object.entries(figures).map(([visit, all]) => ({
    visit,
    first_rows_ms: median(all.map((one) => one.firstRows)),
    early_requests: median(all.map((one) => one.earlyRequests)),
    early_bytes: median(all.map((one) => one.earlyBytes)),
    complete_ms: median(all.map((one) => one.complete)),
    requests: median(all.map((one) => one.requests)),
    bytes: median(all.map((one) => one.bytes)),
  }));
  for (const row of rows) {
    console.log(`| ${row.visit} | ${row.first_rows_ms.toFixed(0)} | ${row.early_requests} | ${row.early_bytes} | ${row.complete_ms} | ${row.requests} | ${row.bytes} |`);
  }
  console.log(`\nHeaviest, cold: ${figures.cold[0].heaviest.join(', ')}`);
  if (values.json) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
} finally {
  await browser.close();
  await server.stop();
}
