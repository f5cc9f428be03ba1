declare const brand: unique symbol;

/** A `Base` that only its own constructor makes, so that two kinds of number are never mixed up. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
