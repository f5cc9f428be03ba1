/*
 * Frame times of the lab while a person scrubs: `node bench/lab-frames.js`, after `npm run build`, with
 * Chromium. Prints the 95th percentile of the time between frames, and of the drawing within one.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const folder = mkdtempSync(join(tmpdir(), 'keyturn-frames-'));
const command = new URL('../dist/cli/keyturn.js', import.meta.url).pathname;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
});
for (const nodes of [10, 30, 100]) {
  const scenario = join(folder, 'scenario.yaml');
  const text = `title: ${nodes} nodes
clusters: [{ name: east, nodes: ${nodes}, release: cilium-1.18, settings: { ipsec-key-rotation-duration: 1m } }]
delays: { secretSync: 'uniform(0s, 3m)' }
traffic: [{ from: east/n1, every: 1s }]
procedure: [{ wait: 1m }, { rotate: east }, { wait: 8m }]
`;
  writeFileSync(scenario, text);
  const file = join(folder, 'lab.html');
  execFileSync(process.execPath, [command, 'lab', scenario, '--out', file]);
  const page = await browser.newPage({ viewport: { width: 1366, height: 900 } });
  await page.goto(`file://${file}`);
  await page.waitForSelector('#digest', { timeout: 120_000 });
  const { frames, drawing } = await page.evaluate(async () => {
    const slider = document.querySelector('.scrub input');
    const between = [];
    let last = performance.now();
    for (let frame = 0; frame < 300; frame += 1) {
      slider.value = String((Number(slider.max) * frame) / 300);
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      last = await new Promise((resolve) => {
        requestAnimationFrame((now) => {
          between.push(now - last);
          resolve(now);
        });
      });
    }
    return { frames: between.slice(10), drawing: globalThis.keyturnFrameTimes };
  });
  const percentile = (times) => times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)];
  console.log(
    `${nodes} nodes: frame ${percentile(frames).toFixed(1)} ms, drawing ${percentile(drawing).toFixed(1)} ms (95th percentile)`,
  );
  await page.close();
}
await browser.close();
rmSync(folder, { recursive: true });
