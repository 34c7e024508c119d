/**
 * The languages of the program, each by its language tag and as its speakers call it. What belongs to a language is found by
 * its tag: the texts of the page, and those of the nodes.
 */
export const LANGUAGES = { en: 'English', de: 'Deutsch', ja: '日本語', 'zh-CN': '简体中文' } as const;

export type Language = keyof typeof LANGUAGES;
