import { useEffect, useState } from 'preact/hooks';
import type { ScenarioJson } from '../../sim/index.ts';
import type { LabRun, NodeLook, Plotted } from './protocol.ts';
import { ask } from './simulator.ts';

/** The result of a question of the worker; the one before it until it is there. */
export function useRun(scenario: ScenarioJson | undefined): {
  readonly run: LabRun | undefined;
  readonly failure: string | undefined;
  readonly busy: boolean;
} {
  const [state, setState] = useState<{
    readonly of: ScenarioJson | undefined;
    readonly run: LabRun | undefined;
    readonly failure: string | undefined;
  }>({ of: undefined, run: undefined, failure: undefined });
  useEffect(() => {
    if (scenario === undefined) return;
    let stale = false;
    void ask({ kind: 'run', scenario }).then((response) => {
      if (stale) return;
      if (response.kind === 'run')
        setState({ of: scenario, run: response.run, failure: undefined });
      if (response.kind === 'failed')
        setState({ of: scenario, run: undefined, failure: response.message });
    });
    return () => {
      stale = true;
    };
  }, [scenario]);
  return { run: state.run, failure: state.failure, busy: state.of !== scenario };
}

/** What a node shows at a moment, once one has stayed there for a while. */
export function useLook(
  run: LabRun,
  at: number,
  node: number,
  wanted: boolean,
): NodeLook | undefined {
  const [look, setLook] = useState<NodeLook | undefined>(undefined);
  useEffect(() => {
    if (!wanted) return;
    let stale = false;
    const timer = setTimeout(() => {
      void ask({ kind: 'look', at, node }).then((response) => {
        if (!stale && response.kind === 'look') setLook(response.look);
      });
    }, 120);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [run, at, node, wanted]);
  return look;
}

/** The smallest safe duration by the delay of the slowest node. */
export function usePlot(scenario: ScenarioJson, wanted: boolean): Plotted | undefined {
  const [plot, setPlot] = useState<Plotted | undefined>(undefined);
  useEffect(() => {
    if (!wanted) return;
    let stale = false;
    void ask({ kind: 'plot', scenario }).then((response) => {
      if (!stale && response.kind === 'plot') setPlot(response.plot);
    });
    return () => {
      stale = true;
    };
  }, [scenario, wanted]);
  return plot;
}
