// HTML that a pipeline made, inside the app, inside the dashboard: it says what it likes to the windows around it.
import { expect, test } from '../fixtures/test.ts';
import { Around } from '../pages/around_page.ts';
import { RunsPage } from '../pages/runs_page.ts';

const ATTACK = `<!doctype html><p id="here">made by a pipeline</p><script>
  const words = { origin: self.origin, cookies: 'none', storage: 'none' };
  try { words.cookies = document.cookie; } catch { words.cookies = 'closed'; }
  try { localStorage.length; words.storage = 'open'; } catch { words.storage = 'closed'; }
  document.getElementById('here').textContent = JSON.stringify(words);
  const attack = () => {
    parent.postMessage({ type: 'namespace-selected', value: 'team-c' }, '*');
    top.postMessage({ type: 'x' }, '*');
  };
  attack(); setInterval(attack, 50);
</script>`;

/** Shows the attack as an artifact is shown: a sandboxed frame, with the policy that the server gives such documents. */
async function show(alice: any): Promise<void> {
  const inner = alice.page.frames().find((frame: any) => frame.parentFrame() === alice.page.mainFrame());
  await alice.page.route('**/frames/attack*', (route: any) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': "sandbox allow-scripts; script-src 'unsafe-inline'; frame-ancestors 'self'" },
      body: ATTACK,
    }),
  );
  await inner.evaluate(() => {
    const frame = document.createElement('iframe');
    frame.id = 'artifact';
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.src = `${location.pathname.startsWith('/pipeline') ? '/pipeline' : ''}/frames/attack`;
    document.querySelector('main')!.append(frame);
  });
}

test('an HTML artifact has an origin of its own and cannot switch the namespace (j)', async ({ as }) => {
  const alice = await as('alice');
  await alice.open('/ns/team-a/runs');
  await show(alice);
  const words = alice.root.frameLocator('#artifact').locator('#here');
  await expect(words).toContainText('"origin":"null"');
  await expect(words).toContainText('"storage":"closed"');
  // It has said so many times by now; the app stays where it is.
  await expect.poll(() => alice.page.evaluate(() => (window as any).heard.filter((one: any) => one.data?.type === 'x').length)).toBeGreaterThan(10);
  await expect(new RunsPage(alice).heading).toBeVisible();
  expect(alice.path()).toBe('/ns/team-a/runs');
});

test('an HTML artifact that cuts the dashboard’s channel does not keep the app in the old namespace (i)', async ({ as }) => {
  const alice = await as('alice');
  await alice.open('/ns/team-a/runs');
  await show(alice);
  await expect.poll(() => alice.page.evaluate(() => (window as any).cut())).toBe(true);
  // The dashboard's next word may be lost; saying hello again repairs the channel and brings the word.
  await new Around(alice).choose('team-c');
  await alice.at(/^\/ns\/team-c\/runs$/);
});
