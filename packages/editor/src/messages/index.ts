export { describeRunError } from './describe.js';
export { languageFor } from './preferred-language.js';
export { loadMessages, setPageLanguage } from './texts.js';
