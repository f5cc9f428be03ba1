import { useState } from 'preact/hooks';

const second = 1_000_000;

/** Something to be typed. What is half typed stays, whatever is drawn anew meanwhile. */
export function Typed({
  value,
  onChange,
  ...others
}: {
  readonly inputMode: 'text' | 'numeric' | 'decimal';
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly 'aria-label'?: string;
  readonly placeholder?: string;
}) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  return (
    <input
      type="text"
      {...others}
      value={draft ?? value}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onChange={(event) => {
        setDraft(undefined);
        onChange(event.currentTarget.value);
      }}
    />
  );
}

/** A length of time to be typed; nothing typed is undefined. */
export function Seconds({
  label,
  value,
  placeholder,
  onChange,
}: {
  readonly label: string;
  readonly value: number | undefined;
  readonly placeholder: string;
  readonly onChange: (value: number | undefined) => void;
}) {
  return (
    <Typed
      inputMode="decimal"
      aria-label={label}
      value={value === undefined ? '' : String(value / second)}
      placeholder={placeholder}
      onChange={(typed) => {
        const seconds = Number(typed);
        if (typed === '') onChange(undefined);
        else if (Number.isFinite(seconds) && seconds >= 0) onChange(Math.round(seconds * second));
      }}
    />
  );
}

/** A length of time to be typed, or pulled. */
export function Slider({
  label,
  value,
  instead = 0,
  most,
  onChange,
}: {
  readonly label: string;
  readonly value: number | undefined;
  /** Where the slider stands without a value. */
  readonly instead?: number | undefined;
  readonly most: number;
  readonly onChange: (value: number | undefined) => void;
}) {
  return (
    <div class="slider">
      <label>
        {label}
        <input
          type="range"
          min={0}
          max={most}
          step={5 * second}
          value={value ?? instead}
          onChange={(event) => onChange(Number(event.currentTarget.value))}
        />
      </label>
      <label class="exact">
        <Seconds
          label={`${label}, in seconds`}
          value={value}
          placeholder="as drawn"
          onChange={onChange}
        />{' '}
        s
      </label>
    </div>
  );
}
