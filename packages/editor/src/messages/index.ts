export { LANGUAGES, languageFor } from './languages.js';
export { setPageLanguage } from './texts.js';
