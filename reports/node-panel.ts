import { xfrmCounters, type XfrmState } from '../model/xfrm/index.ts';
import type { SimNode } from '../sim/index.ts';

/*
 * What an operator would see on a node, each in the form of the program that prints it.
 */

/** cilium: cilium-dbg/cmd/encrypt_status.go. */
export function encryptStatus(node: SimNode): string {
  const errors = node.xfrm.counters();
  const total = errors.reduce((sum, [, value]) => sum + value, 0);
  const highest = Math.max(
    0,
    ...[...node.xfrm.states()].map(({ statistics }) => statistics.outputLow),
  );
  return [
    'Encryption: IPsec',
    'Decryption interface(s): eth0',
    `Keys in use: ${node.keysInUse}`,
    `Max Seq. Number: 0x${highest.toString(16)}/0xffffffff`,
    `Errors: ${total}`,
    ...(total === 0 ? [] : ['Error details:']),
    ...errors.map(([name, value]) => `\t${name}: ${value}`),
  ].join('\n');
}

/** Linux: net/xfrm/xfrm_proc.c, xfrm_statistics_seq_show. */
export function xfrmStat(node: SimNode): string {
  return xfrmCounters
    .slice(0, node.xfrm.profile.counters)
    .map((name) => `${name.padEnd(24)}\t${node.xfrm.counter(name)}`)
    .join('\n');
}

/** iproute2: ip/ipxfrm.c, xfrm_state_info_print; as with `nokeys`. */
export function xfrmState(node: SimNode): string {
  const states = [...node.xfrm.states()].map(stateText);
  return states.length === 0 ? '' : states.join('\n');
}

function stateText(state: XfrmState): string {
  const { shape, mark, spi, statistics } = state;
  const { replay } = shape;
  const esn = replay.kind === 'esn';
  const lines = [
    `src ${state.source.text} dst ${state.destination.text}`,
    `\tproto esp spi ${hex(spi, 8)}(${spi}) reqid ${shape.reqid}(${hex(shape.reqid, 8)}) mode ${shape.mode}`,
    `\treplay-window ${esn ? 0 : replay.window} seq 0x00000000 flag ${esn ? 'esn ' : ''}(${esn ? '0x10000000' : '0x00000000'})`,
    `\tmark ${hex(mark.value)}/${hex(mark.mask)}${shape.outputMark === undefined ? '' : ` output-mark ${hex(shape.outputMark.value)}/${hex(shape.outputMark.mask)}`}`,
    ...(esn
      ? [
          '\tanti-replay esn context:',
          `\t seq-hi ${hex(statistics.inputHigh)}, seq ${hex(statistics.inputLow)}, oseq-hi ${hex(statistics.outputHigh)}, oseq ${hex(statistics.outputLow)}`,
          `\t replay_window ${replay.window}, bitmap-length ${Math.ceil(replay.window / 32)}`,
        ]
      : [
          `\tanti-replay context: seq ${hex(statistics.inputLow)}, oseq ${hex(statistics.outputLow)}, bitmap 0x00000000`,
        ]),
    '\tlifetime current:',
    `\t  ${statistics.bytes}(bytes), ${statistics.packets}(packets)`,
    '\tstats:',
    `\t  replay-window ${statistics.replayWindow} replay ${statistics.replay} failed ${statistics.failed}`,
  ];
  return lines.join('\n');
}

function hex(value: number, digits = 1): string {
  return `0x${(value >>> 0).toString(16).padStart(digits, '0')}`;
}
