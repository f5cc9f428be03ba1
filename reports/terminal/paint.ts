/** Colours a text for a terminal, or leaves it as it is. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  unsure(text: string): string;
  heading(text: string): string;
}

const asItIs = (text: string): string => text;

/** For files, pipes, and whoever asked for no colour. */
export const plain: Paint = { good: asItIs, bad: asItIs, unsure: asItIs, heading: asItIs };

const style =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`;

/** ANSI colours: green, red, yellow, bold. */
export const coloured: Paint = {
  good: style(32, 39),
  bad: style(31, 39),
  unsure: style(33, 39),
  heading: style(1, 22),
};
