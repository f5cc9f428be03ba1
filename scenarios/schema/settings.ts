import { type z } from 'zod';
import type { Family } from '../../model/address.ts';
import type { AgentSettings } from '../../sim/index.ts';
import { duration, flag, mapping, text } from './field.ts';

/** The agent's flags, by Cilium's own names. All are optional: what they default to depends on the place. */
export const settingsSchema = mapping(
  "Flags of Cilium's agents, by the names that the ConfigMap cilium-config has for them.",
  {
    'ipsec-key-rotation-duration': duration(
      'How long an agent keeps the old key after it has loaded a new one. Cilium: 5m.',
    ).optional(),
    'enable-ipsec-key-watcher': flag(
      'Whether a running agent notices a new key file. Without it only a restart does. Cilium: true.',
    ).optional(),
    'enable-ipv4': flag('Whether pods have IPv4 addresses. Cilium: true.').optional(),
    'enable-ipv6': flag('Whether pods have IPv6 addresses. Cilium: false.').optional(),
    'encrypt-interface': text(
      'The device at which encrypted packets arrive. Cilium: that of the default route.',
    ).optional(),
  },
);

export type SettingsEntry = z.output<typeof settingsSchema>;

/** What the entry sets, but for the families: see {@link changedFamilies}. */
export function settingsOf(entry: SettingsEntry): Partial<Omit<AgentSettings, 'families'>> {
  const rotationDuration = entry['ipsec-key-rotation-duration'];
  const keyWatcher = entry['enable-ipsec-key-watcher'];
  const encryptInterface = entry['encrypt-interface'];
  return {
    ...(rotationDuration === undefined ? {} : { rotationDuration }),
    ...(keyWatcher === undefined ? {} : { keyWatcher }),
    ...(encryptInterface === undefined ? {} : { encryptInterface }),
  };
}

/** The families, after `enable-ipv4` and `enable-ipv6` where the entry has them. */
export function changedFamilies(
  entry: SettingsEntry,
  before: readonly Family[],
): readonly Family[] {
  const wanted = ([4, 6] as const).map((family) => ({
    family,
    enabled: entry[`enable-ipv${family}`] ?? before.includes(family),
  }));
  return wanted.filter(({ enabled }) => enabled).map(({ family }) => family);
}
