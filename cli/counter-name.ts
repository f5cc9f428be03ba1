import { dropReasons } from '../model/datapath/index.ts';
import { xfrmCounters } from '../model/xfrm/index.ts';
import { didYouMean } from '../scenarios/index.ts';
import { BadInput } from './failure.ts';

const drops = Object.values(dropReasons);
const names: readonly string[] = [...xfrmCounters, ...drops.map(({ text }) => text)];

/** The counter or drop reason that the user means; the code of a drop will do, and any case. */
export function counterNamed(written: string): string {
  const drop = drops.find(({ code }) => String(code) === written);
  const name = names.find((one) => one.toLowerCase() === written.toLowerCase());
  const found = drop?.text ?? name;
  if (found !== undefined) return found;
  const hint = didYouMean(written, names);
  throw new BadInput(
    `${written}: there is no such counter\n  expected: a name of /proc/net/xfrm_stat, such as XfrmInNoStates, or a drop of Cilium: ${drops.map(({ code, text }) => `${code} ("${text}")`).join(', ')}${hint === '' ? '' : `\n  hint: ${hint}`}`,
  );
}
