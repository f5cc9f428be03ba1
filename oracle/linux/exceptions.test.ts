import { expect, test } from 'vitest';
import { kernelProfiles, xfrmCounters } from '../../model/xfrm/index.ts';
import { exceptionsOf, unseenCounters } from './exceptions.ts';

test('no more than five counters of the reference kernel are excepted', () => {
  expect([...exceptionsOf(kernelProfiles['6.1']).keys()]).toEqual([
    'XfrmInError',
    'XfrmInPolError',
    'XfrmOutBundleCheckError',
    'XfrmOutPolDead',
    'XfrmFwdHdrError',
  ]);
});

test('a counter that was not seen is told, unless it is excepted or that kernel has none', () => {
  const seen = new Map<string, number>(xfrmCounters.map((name) => [name, 1]));
  for (const name of ['XfrmInNoStates', 'XfrmOutPolDead', 'XfrmOutStateDirError'])
    seen.delete(name);
  expect(unseenCounters(kernelProfiles['6.1'], seen)).toEqual(['XfrmInNoStates']);
});
