/** What a form file holds and what the rules say of it; types only, nothing of this reaches a phone. */

export type Condition = [string, ...any];
export type Rule = { rule: string; value?: any; message: string; when?: Condition };
export type Field = {
  key: string;
  control: string;
  required: boolean;
  when: Condition | null;
  max: number | null;
  options: [string, string][] | null;
  hard: Rule[];
  soft: Rule[];
  autocapitalize: string | null;
  /** Of `repeat`: what is asked in each of `min` to `max` rows. */
  fields?: Field[];
  min?: number;
};
/** `type`: of what its answers are sealed into, where that is no application; `steps`: those that it has of its own. */
export type Form = { service: string; n: number; type?: string; steps?: string[]; sections: { fields: Field[] }[] };

/** A string, a safe integer, an array (files, or rows of answers), or null: unanswered, or asked of others only. */
export type Answer = string | number | any[] | null;
/** By field key: what was typed, or answers. */
export type Values = Record<string, any>;
/** Today as YYYY-MM-DD. */
export type Day = { today: string };
/** The codes that exist, as a Set or anything like it; without them no region is doubted. */
export type Context = Day & { regions?: { has(code: string): boolean } };

export type Finding = { field: string; message: string; params: Record<string, any> };
export type Findings = { hard: Finding[]; soft: Finding[] };
/** One answer's surroundings: all that a rule may look at. */
export type Asked = Context & { answers: Record<string, any>; field: Field; value: any };
