import { useEffect, useRef, useState } from 'preact/hooks';
import type { KeySpan } from '../index.ts';
import { instantText } from '../instant-text.ts';
import type { LabRun } from './protocol.ts';

interface Window {
  readonly from: number;
  readonly to: number;
}

const labelWidth = 92;
const axisHeight = 26;
/** Okabe and Ito's colours, told apart by all; a key's number is written into its bar as well. */
const keyColours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#b58900'];

export const colourOf = (keyId: number): string => keyColours[keyId % keyColours.length] ?? '#888';

function laneHeight(nodes: number): number {
  return nodes <= 12 ? 44 : nodes <= 40 ? 24 : 14;
}

/** A lane per node, the life of each key in it; drops as marks. The cursor is a layer of its own. */
export function Timeline({
  run,
  at,
  selected,
  onAt,
  onNode,
  onDrop,
}: {
  readonly run: LabRun;
  readonly at: number;
  readonly selected: number;
  readonly onAt: (at: number) => void;
  readonly onNode: (node: number) => void;
  readonly onDrop: (at: number) => void;
}) {
  const [window_, setWindow] = useState<Window>({ from: 0, to: run.end });
  const [width, setWidth] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const moving = useRef<HTMLCanvasElement>(null);
  const height = axisHeight + run.nodes.length * laneHeight(run.nodes.length) + 6;

  useEffect(() => {
    setWindow({ from: 0, to: run.end });
  }, [run]);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      setWidth(Math.floor(entry?.contentRect.width ?? 0));
    });
    if (box.current !== null) observer.observe(box.current);
    return () => {
      observer.disconnect();
    };
  }, []);
  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const draw = (): void => {
      if (still.current !== null && width > 0)
        drawStill(still.current, run, window_, width, height);
    };
    draw();
    scheme.addEventListener('change', draw);
    return () => {
      scheme.removeEventListener('change', draw);
    };
  }, [run, window_, width, height]);
  useEffect(() => {
    if (moving.current === null || width === 0) return;
    const started = performance.now();
    drawMoving(moving.current, { run, window: window_, width, height, at, selected });
    frameTimes.push(performance.now() - started);
  }, [run, window_, width, height, at, selected]);

  const zoom = (factor: number): void => {
    const span = Math.max(1_000_000, Math.min(run.end, (window_.to - window_.from) * factor));
    const from = Math.max(0, Math.min(run.end - span, at - span / 2));
    setWindow({ from, to: from + span });
  };
  const click = (event: MouseEvent): void => {
    const rect = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const x = event.clientX - rect.left;
    const node = Math.floor((event.clientY - rect.top - axisHeight) / laneHeight(run.nodes.length));
    if (node >= 0 && node < run.nodes.length) onNode(node);
    if (x < labelWidth) return;
    const scale = (window_.to - window_.from) / (width - labelWidth);
    const time = Math.round(window_.from + (x - labelWidth) * scale);
    const near = run.drops
      .filter((drop) => drop.node === node && Math.abs(drop.at - time) < 5 * scale)
      .at(0);
    if (near === undefined) onAt(Math.max(0, Math.min(run.end, time)));
    else onDrop(near.at);
  };
  return (
    <div class="timeline">
      <div class="toolbar">
        <Legend run={run} />
        <div class="zoom">
          <button type="button" onClick={() => zoom(0.5)} aria-label="Zoom in">
            +
          </button>
          <button type="button" onClick={() => zoom(2)} aria-label="Zoom out">
            −
          </button>
          <button type="button" onClick={() => setWindow({ from: 0, to: run.end })}>
            All
          </button>
        </div>
      </div>
      <div
        class="canvases"
        ref={box}
        style={{ height: `${height}px` }}
        onClick={click}
        role="img"
        aria-label={`Timeline of ${run.nodes.length} nodes. ${run.drops.length} marks of lost packets. The list of events below says the same in words.`}
      >
        <canvas ref={still} aria-hidden="true" />
        <canvas ref={moving} aria-hidden="true" />
      </div>
    </div>
  );
}

/** How long each drawing of the cursor took: read by the benchmark. */
const frameTimes: number[] = [];
(globalThis as unknown as { keyturnFrameTimes: number[] }).keyturnFrameTimes = frameTimes;

function Legend({ run }: { readonly run: LabRun }) {
  const keys = [...new Set(run.spans.map(({ keyId }) => keyId))].sort((one, other) => one - other);
  return (
    <p class="legend">
      {keys.map((keyId) => (
        <span key={keyId}>
          <i class="swatch" style={{ background: colourOf(keyId) }} /> key {keyId}
        </span>
      ))}
      <span>upper bar: can receive · lower bar: sends</span>
      <span>
        <i class="swatch solid" /> with all peers <i class="swatch striped" /> with some
      </span>
      <span>
        <b class="drop-sign">▼</b> lost packets
      </span>
    </p>
  );
}

function prepare(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D {
  const ratio = devicePixelRatio;
  if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser has no canvas');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function drawStill(
  canvas: HTMLCanvasElement,
  run: LabRun,
  { from, to }: Window,
  width: number,
  height: number,
): void {
  const context = prepare(canvas, width, height);
  const lane = laneHeight(run.nodes.length);
  const x = (at: number): number => labelWidth + ((at - from) / (to - from)) * (width - labelWidth);
  context.font = '12px system-ui, sans-serif';
  drawAxis(context, { from, to }, width, height);
  context.textBaseline = 'middle';
  for (const [index, name] of run.nodes.entries()) {
    const top = axisHeight + index * lane;
    context.fillStyle = token('--line');
    context.fillRect(0, top, width, 1);
    if (lane < 20 && index % 2 === 1) continue;
    context.fillStyle = token('--ink');
    context.fillText(name, 2, top + lane / 2, labelWidth - 8);
  }
  for (const span of run.spans) drawSpan(context, span, lane, x, width);
  context.fillStyle = token('--bad');
  for (const drop of run.drops) {
    const left = x(drop.at);
    if (left < labelWidth || left > width) continue;
    const top = axisHeight + drop.node * lane + 1;
    const size = Math.min(7, lane / 2);
    context.beginPath();
    context.moveTo(left - size / 2, top);
    context.lineTo(left + size / 2, top);
    context.lineTo(left, top + size);
    context.fill();
  }
}

function drawSpan(
  context: CanvasRenderingContext2D,
  { node, keyId, use, state, from, to }: KeySpan,
  lane: number,
  x: (at: number) => number,
  width: number,
): void {
  const left = Math.max(labelWidth, x(from));
  const right = Math.min(width, x(to));
  if (right <= left) return;
  // Two keys side by side in each half of the lane.
  const half = (lane - 10) / 2;
  const bar = Math.max(2, half / 2 - 1);
  const top = axisHeight + node * lane + 8 + (use === 'send' ? half : 0) + (keyId % 2) * (bar + 1);
  context.fillStyle = colourOf(keyId);
  if (state === 'omnipresent') context.fillRect(left, top, right - left, bar);
  else {
    context.globalAlpha = 0.35;
    context.fillRect(left, top, right - left, bar);
    context.globalAlpha = 1;
    for (let stripe = left; stripe < right; stripe += 6) {
      context.fillRect(stripe, top, Math.min(2, right - stripe), bar);
    }
  }
}

function drawAxis(
  context: CanvasRenderingContext2D,
  { from, to }: Window,
  width: number,
  height: number,
): void {
  const steps = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400];
  const wanted = ((to - from) / 1_000_000) * (80 / (width - labelWidth));
  const step = (steps.find((candidate) => candidate >= wanted) ?? 86_400) * 1_000_000;
  context.textBaseline = 'middle';
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const left = labelWidth + ((at - from) / (to - from)) * (width - labelWidth);
    context.fillStyle = token('--line');
    context.fillRect(left, axisHeight - 6, 1, height);
    context.fillStyle = token('--faint');
    if (left < width - 48) context.fillText(instantText(at).slice(0, 7), left + 3, 10);
  }
}

function drawMoving(
  canvas: HTMLCanvasElement,
  scene: {
    readonly run: LabRun;
    readonly window: Window;
    readonly width: number;
    readonly height: number;
    readonly at: number;
    readonly selected: number;
  },
): void {
  const { run, window: shown, width, height, at, selected } = scene;
  const context = prepare(canvas, width, height);
  const lane = laneHeight(run.nodes.length);
  context.fillStyle = token('--select');
  context.fillRect(0, axisHeight + selected * lane, width, lane);
  const left = labelWidth + ((at - shown.from) / (shown.to - shown.from)) * (width - labelWidth);
  if (left < labelWidth) return;
  context.fillStyle = token('--accent');
  context.fillRect(left - 1, 0, 2, height);
}
