import { unreachable } from '@unclip-studio/graph-core';
import type { SqlValue } from '../store/database.js';
import type { Condition, QueryTerm } from './gallery-query.js';

export interface SqlFilter {
  /** What follows WHERE, about the table `outputs`. */
  readonly where: string;
  /** In the order of the question marks. */
  readonly values: readonly SqlValue[];
}

/** Images that match all terms; deleted ones only if the query asks for them. */
export function toSqlFilter(terms: readonly QueryTerm[]): SqlFilter {
  const wantsDeleted = terms.some(({ condition, isNegated }) => condition.kind === 'deleted' && !isNegated);
  const parts = [
    { where: 'temporary = 0', values: [] },
    ...(wantsDeleted ? [] : [{ where: 'deleted_at IS NULL', values: [] }]),
    ...terms.map(toPart),
  ];
  return { where: parts.map(({ where }) => where).join(' AND '), values: parts.flatMap(({ values }) => values) };
}

function toPart({ condition, isNegated }: QueryTerm): SqlFilter {
  const { where, values } = conditionToSql(condition);
  // An image that was not looked at yet has no recipe, which no comparison with NULL would ever let through.
  return { where: isNegated ? `NOT coalesce(${where}, 0)` : where, values };
}

function conditionToSql(condition: Condition): SqlFilter {
  switch (condition.kind) {
    case 'text':
      return {
        where: 'recipe IN (SELECT rowid FROM recipe_texts WHERE recipe_texts MATCH ?)',
        values: [toMatch(condition)],
      };
    case 'model':
      return {
        where: `recipe IN (SELECT recipes.number FROM recipes, json_each(recipes.models)
          WHERE json_each.value = ? COLLATE NOCASE)`,
        values: [condition.name],
      };
    case 'param': {
      const { name, comparison, value } = condition;
      const number = Number(value);
      // A seed above 2^53 - 1 is kept as text, since a number would be rounded.
      const isText = value === '' || Number.isNaN(number) || (/^\d+$/.test(value) && !Number.isSafeInteger(number));
      const column = comparison === '=' && isText ? 'text' : 'number';
      return {
        where: `recipe IN (SELECT recipe FROM recipe_params WHERE name = ? AND ${column} ${comparison} ?)`,
        values: [name, column === 'text' ? value : number],
      };
    }
    case 'side':
      return { where: `${condition.side}_px ${condition.comparison} ?`, values: [condition.value] };
    case 'time':
      return { where: '(created_at >= ? AND created_at < ?)', values: [condition.fromMs, condition.toMs] };
    case 'board':
      return { where: 'board = ? COLLATE NOCASE', values: [condition.name] };
    case 'starred':
      return { where: 'starred = 1', values: [] };
    case 'deleted':
      return { where: 'deleted_at IS NOT NULL', values: [] };
    default:
      return unreachable(condition);
  }
}

/** In quotation marks everything is a word to FTS5 and nothing an operator. */
function toMatch({ field, words }: Extract<Condition, { readonly kind: 'text' }>): string {
  const phrase = `"${words.replaceAll('"', ' ')}" *`;
  return field === 'any' ? phrase : `${field} : ${phrase}`;
}
