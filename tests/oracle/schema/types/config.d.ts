import { HumanDuration } from '@backstage/types';
import type { Limits as Bounds, Mode } from './shared';
import * as shared from './shared';

/** A base that others extend. */
interface Named<T = string> {
  /** @visibility frontend */
  name: T;
  label?: string;
}

interface Extended extends Named, Bounds {
  label: string;
  own: number;
}

interface Generic<T, U = boolean> {
  value: T;
  other?: U;
}

type Pair<A, B> = { first: A; second: B };

type Tree = { leaf: string; children?: Tree[] };

declare enum Level {
  Low,
  Middle = 5,
}

declare enum Colour {
  Red = 'red',
  Green = 'green',
}

type Everything = {
  a: string;
  b?: number;
  /** @visibility secret */
  c: boolean;
};

type Shape =
  | {
      kind: 'circle';
      /** @deprecated use diameter */
      radius: number;
    }
  | { kind: 'square'; side: number };

export interface Config {
  scalars: {
    text: string;
    number?: number;
    flag: boolean;
    nothing: null;
    anything: unknown;
    whatever?: any;
    object: object;
    maybe: string | undefined;
    optionalMaybe?: string | undefined;
  };
  literals: {
    one: 'only';
    several: 'a' | 'b' | 'c';
    numbers: 1 | 2 | -3;
    mixed: 'a' | 1 | true;
    open: 'a' | string;
    nullable: string | null;
    nullableLiteral: 'a' | null;
    flagOrText: boolean | 'auto';
    template: `v${1 | 2}-${'x' | 'y'}`;
    freeTemplate: `v${string}`;
    level: Level;
    colour: Colour;
    member: Colour.Red;
  };
  lists: {
    array: string[];
    generic: Array<number>;
    readonly: ReadonlyArray<boolean>;
    keyword: readonly string[];
    objects: Array<{
      /** @visibility secret */
      token: string;
    }>;
    tuple: [string, number];
    uniform: [string, string];
    optional: [string, number?];
    rest: [string, ...number[]];
    named: [from: string, to: number];
    /** @items.visibility frontend */
    marked: string[];
    unions: (string | number)[];
  };
  objects: {
    map: { [key: string]: string };
    mixed: { known?: number; [key: string]: number | undefined };
    /** @deepVisibility secret */
    deep: { inner: { value: string } };
    'quoted-key': string;
    readonly fixed: string;
    empty: {};
    method?: string;
  };
  utility: {
    record: Record<string, number>;
    recordOfLiterals: Record<'x' | 'y', string>;
    recordOfOne: Record<'x', string>;
    partial: Partial<Everything>;
    required: Required<Everything>;
    readonly: Readonly<Everything>;
    pick: Pick<Everything, 'a' | 'c'>;
    pickOne: Pick<Everything, 'c'>;
    omit: Omit<Everything, 'a'>;
    exclude: Exclude<'a' | 'b' | 'c', 'b'>;
    extract: Extract<'a' | 'b' | 1, string>;
    nonNullable: NonNullable<string | null | undefined>;
    keys: keyof Everything;
    indexed: Everything['a'];
    indexedOptional?: Everything['b'];
    mapped: { [K in 'p' | 'q']: number };
    mappedOptional: { [K in keyof Named]?: Named[K] };
    partialRecord: Partial<Record<'x' | 'y', string>>;
    conditional: Everything extends { a: string } ? 'yes' : 'no';
  };
  references: {
    extended: Extended;
    generic: Generic<string>;
    genericBoth: Generic<number, 'x'>;
    pair: Pair<string, boolean[]>;
    tree: Tree;
    imported: Bounds;
    mode: Mode;
    namespaced: shared.Limits;
    duration: HumanDuration;
    schedule: HumanDuration | { cron: string };
  };
  combined: {
    intersection: Named & { extra: number };
    distributed: { base: string } & ({ x: number } | { y: string });
    withMap: { known: string } & { [key: string]: string };
    mapFirst: { [key: string]: string } & { known: string };
    shape: Shape;
    list: Shape | Shape[];
    hint: 'a' | 'b' | (string & {});
    parenthesized: ('a' | 'b') | 'c';
  };
  tags: {
    /**
     * Text first.
     *
     * @visibility secret
     */
    secret: string;
    /**
     * @deprecated use `other` instead,
     * which is better
     * @visibility frontend
     */
    old?: string;
    /** @visibility backend */
    backend?: string;
    /**
     * @minimum 1
     * @maximum 10
     * @default 5
     */
    bounded?: number;
    /** @minItems 1 */
    filled?: string[];
    /** @pattern ^a+$ */
    pattern?: string;
  };
}
