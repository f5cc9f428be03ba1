import { describe, expect, it } from 'vitest';
import { captured, messageOf } from '../test-support/captured.ts';
import { explain } from './explain.ts';
import { run } from './run.ts';
import { scenarios, showScenario } from './scenarios.ts';

const textOf = (command: () => unknown): string => captured(command).text;

describe('the list of scenarios', () => {
  it('has an ID, an outcome and a title on each line', () => {
    expect(textOf(() => scenarios({}))).toMatch(/^rotation\/healthy +safe +A healthy rotation$/m);
  });

  it('is filtered by counter, release and folder, all at once', () => {
    const wanted = { counter: 'xfrminnostates', release: '1.16', folder: 'rotation/' };
    const lines = textOf(() => scenarios(wanted))
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every((line) => line.startsWith('rotation/'))).toBe(true);
    expect(lines.some((line) => line.startsWith('rotation/healthy'))).toBe(false);
  });

  it('is JSON where that is asked for', () => {
    const entries = JSON.parse(textOf(() => scenarios({ json: true }))) as { id: string }[];
    expect(entries.map(({ id }) => id)).toContain('rotation/healthy');
  });

  it.each([
    [{ counter: 'XfrmInNoState' }, 'did you mean "XfrmInNoStates"?'],
    [{ release: '1.61' }, 'did you mean "cilium-1.16"?'],
    [{ folder: 'rotaton' }, 'did you mean "rotation"?'],
  ])('refuses %j', (options, hint) => {
    expect(messageOf(() => scenarios(options))).toContain(`\n  hint: ${hint}`);
  });
});

describe('one scenario', () => {
  it('is shown with its lesson, by its ID or the end of it', () => {
    const text = textOf(() => showScenario('rotation/old-key-reclaimed-early', {}));
    expect(text).toContain('\nWhat one sees\n');
    expect(text).toContain('\nRemedy\n');
    expect(textOf(() => showScenario('old-key-reclaimed-early', {}))).toBe(text);
    expect(text.split('\n').filter((line) => line.length > 110)).toEqual([]);
  });

  it('is run by its ID', () => {
    expect(captured(() => run('rotation/healthy', { json: true })).value).toBe(0);
  });

  it('is refused where there is none', () => {
    for (const command of [() => showScenario('helthy', {}), () => run('helthy', {})]) {
      expect(messageOf(command)).toContain('hint: did you mean "healthy"?');
    }
  });
});

describe('an explanation', () => {
  it('tells the causes of a counter apart', () => {
    const text = textOf(() => explain('XfrmInNoStates'));
    expect(text).toMatch(/^XfrmInNoStates: .* in it\n/);
    expect(text).toContain('\n  tell by  ');
    expect(text).toContain('\n  remedy   ');
  });

  it('says so where nothing ends in it', () => {
    expect(textOf(() => explain('XfrmOutPolDead'))).toContain('no kernel');
  });

  it('knows drops by their codes', () => {
    expect(textOf(() => explain('197'))).toContain('No node ID found');
    expect(messageOf(() => explain('198'))).toContain('there is no such counter');
  });
});
